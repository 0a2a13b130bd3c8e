import { aLaneIn, anId, aWorld, type MemoryWorld, queueJobs } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { jobNameOf } from "../ids.ts";
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
    const scheduled = await scheduledJobs(world);
    world.clock.pass(5 * HOUR_MS);
    expect(await laneGauges(world)).toMatchObject({ LongestScheduledHours: 5 });
    // Bedrock is further than the table knows.
    for (const { arn } of scheduled) world.batch.move(arn, "InProgress");
    expect(await laneGauges(world)).toMatchObject({ LongestScheduledHours: 0 });
  });

  test.each(["its item", "Bedrock's answer"])("are those of all other jobs where %s cannot be read", async (what) => {
    const world = aWorld();
    const [bad] = await scheduledJobs(world);
    const [getJob, getArn] = [world.store.jobs.get, world.batch.get.bind(world.batch)];
    const orRefuse = <T>(isBad: boolean, read: () => Promise<T>) => {
      if (isBad) throw new Error("It is not what Sluice writes.");
      return read();
    };
    if (what === "its item") world.store.jobs.get = async (id) => orRefuse(id === bad!.jobId, () => getJob(id));
    else world.batch.get = async (arn) => orRefuse(arn === bad!.arn, () => getArn(arn));
    world.clock.pass(5 * HOUR_MS);
    expect(await laneGauges(world)).toMatchObject({ RunningJobs: 3, LongestScheduledHours: 5 });
    const told = world.entries.filter(({ event }) => event === "jobUnmeasured");
    expect(told).toMatchObject([{ level: "error", lane: "claude", jobId: bad!.jobId }]);
    expect(told[0]?.message).toContain("It is not what Sluice writes.");
  });
});

/** Two jobs of one lane and one of another, all in Scheduled. */
async function scheduledJobs(world: MemoryWorld) {
  const jobs = await queueJobs(world, 2);
  jobs.push(...(await queueJobs(world, 1, { jobId: anId(2), lane: "nova", modelId: "amazon.nova-lite-v1:0" })));
  for (const lane of ["claude", "nova"]) await refill(world, lane);
  return Promise.all(
    jobs.map(async ({ jobId }) => {
      const { arn } = world.batch.jobs.find(({ jobName }) => jobName === jobNameOf(world.stage, jobId))!;
      world.batch.move(arn, "Scheduled");
      await world.store.jobs.bringForward(jobId, { status: "Scheduled", arn });
      return { jobId, arn };
    }),
  );
}
