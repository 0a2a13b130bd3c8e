import { aLaneIn, aWorld, queueJobs } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { laneGauges } from "./lane-gauges.ts";
import { refill } from "./refill.ts";

const HOUR_MS = 60 * 60_000;

describe("the lanes' gauges", () => {
  test("are none while nothing waits or runs, so that an idle stage pays for no metric", async () => {
    const world = aWorld();
    await aLaneIn(world.store.lanes, { lane: "claude" });
    expect(await laneGauges(world)).toBeUndefined();
  });

  test("tell of a lane with work and room", async () => {
    const world = aWorld();
    await aLaneIn(world.store.lanes, { lane: "claude" });
    await queueJobs(world, 2);
    expect(await laneGauges(world)).toMatchObject({ IdleLanes: 1, PendingJobs: 2, RunningJobs: 0 });
  });

  test("tell of no idle lane where every slot is held, or the lane is blocked or paused", async () => {
    const full = aWorld();
    await aLaneIn(full.store.lanes, { lane: "claude" });
    await queueJobs(full, 5);
    await refill(full, "claude");
    expect(await laneGauges(full)).toMatchObject({ IdleLanes: 0, PendingJobs: 2, RunningJobs: 3 });

    const blocked = aWorld();
    await aLaneIn(blocked.store.lanes, { lane: "claude" });
    await queueJobs(blocked, 1);
    const until = blocked.clock.now() + 1;
    await blocked.store.lanes.block("claude", { kind: "denied", until, reason: "a test", tries: 1 });
    expect(await laneGauges(blocked)).toMatchObject({ IdleLanes: 0 });
    blocked.clock.pass(1);
    expect(await laneGauges(blocked)).toMatchObject({ IdleLanes: 1 });

    const paused = aWorld();
    await aLaneIn(paused.store.lanes, { lane: "claude", limit: 0 });
    await queueJobs(paused, 1);
    expect(await laneGauges(paused)).toMatchObject({ IdleLanes: 0, PendingJobs: 1 });
  });

  test("tell how long the oldest job has been in Scheduled, and of no other status", async () => {
    const world = aWorld();
    await aLaneIn(world.store.lanes, { lane: "claude" });
    await queueJobs(world, 2);
    await refill(world, "claude");
    const [first, second] = world.batch.jobs;
    if (first === undefined || second === undefined) throw new Error("Two jobs were to be submitted.");
    for (const { arn, jobName } of [first, second]) {
      world.batch.move(arn, "Scheduled");
      const jobId = jobName.slice(jobName.lastIndexOf("-") + 1).toUpperCase();
      await world.store.jobs.bringForward(jobId, { status: "Scheduled", arn });
    }
    world.clock.pass(5 * HOUR_MS);
    expect(await laneGauges(world)).toMatchObject({ LongestScheduledHours: 5 });
    // Bedrock is further than the table knows.
    for (const { arn } of [first, second]) world.batch.move(arn, "InProgress");
    expect(await laneGauges(world)).toMatchObject({ LongestScheduledHours: 0 });
  });
});
