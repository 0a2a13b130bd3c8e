import { aLaneIn, aWorld, queueJobs } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { parseSettings } from "../settings/settings.ts";
import { refill } from "../slots/refill.ts";
import { checkRemovable, WorkIsOpen } from "./removal.ts";

const LANE = "claude";

describe("the removal of a stage", () => {
  test("is allowed while nothing runs or waits, and when all jobs have ended", async () => {
    const world = aWorld();
    await expect(checkRemovable(world)).resolves.toBeUndefined();
    await aLaneIn(world.store.lanes, { lane: LANE });
    await queueJobs(world, 1);
    await refill(world, LANE);
    const [job] = world.batch.jobs;
    world.batch.move(job?.arn ?? "", "Completed");
    await expect(checkRemovable(world)).resolves.toBeUndefined();
  });

  test("is refused while jobs run in Bedrock, with their names", async () => {
    const world = aWorld();
    await aLaneIn(world.store.lanes, { lane: LANE });
    await queueJobs(world, 2);
    await refill(world, LANE);
    await expect(checkRemovable(world)).rejects.toThrow(WorkIsOpen);
    for (const { jobName } of world.batch.jobs) await expect(checkRemovable(world)).rejects.toThrow(jobName);
    await expect(checkRemovable(world)).rejects.toThrow("Batch jobs run in Bedrock (2)");
  });

  test("is refused by a job of which only Bedrock knows, and not by another stage's", async () => {
    const known = aWorld();
    await aLaneIn(known.store.lanes, { lane: LANE });
    await queueJobs(known, 1);
    await refill(known, LANE);
    const forgetful = { ...aWorld(), batch: known.batch };
    await expect(checkRemovable(forgetful)).rejects.toThrow("Batch jobs run in Bedrock (1)");
    await expect(checkRemovable({ ...forgetful, stage: "other" })).resolves.toBeUndefined();
  });

  test("is refused while jobs wait that a slot may submit, and allowed when their lane is paused", async () => {
    const world = aWorld();
    await aLaneIn(world.store.lanes, { lane: LANE });
    await queueJobs(world, 1);
    await expect(checkRemovable(world)).rejects.toThrow(`Jobs wait in ${LANE}`);
    const { models } = world.settings.lanes[LANE] ?? { models: [] };
    const paused = { lanes: { [LANE]: { models, limit: 0 } }, default: { model: models[0] } };
    await expect(checkRemovable({ ...world, settings: parseSettings(paused, "a test") })).resolves.toBeUndefined();
  });
});
