import { aWorld, LONGEST, type MemoryWorld, queueJobs } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { jobNameOf } from "../ids.ts";
import type { PendingJob } from "../job/job.ts";
import { advance } from "../moves/advance.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { refill } from "./refill.ts";

const LANE = "claude";

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld();
});

const statuses = async (ids: readonly { jobId: string }[]) =>
  Promise.all(ids.map(async ({ jobId }) => (await world.store.jobs.get(jobId))?.status));
const lane = async () => {
  const found = await world.store.lanes.get(LANE);
  if (found === undefined) throw new Error("The lane is gone.");
  return found;
};
const secondTry = async () => {
  world.clock.pass(world.timings.leaseMs + 1);
  await refill(world, LANE);
};

describe("refill", () => {
  test("fills every free slot in the queue's order, and no more", async () => {
    const jobs = await queueJobs(world, 5);
    await refill(world, LANE);
    expect(await statuses(jobs)).toEqual(["Submitted", "Submitted", "Submitted", "Pending", "Pending"]);
    expect(await lane()).toMatchObject({ holders: new Set(jobs.slice(0, 3).map((j) => j.jobId)), claiming: new Set() });
    expect(await world.store.queue.count(LANE, 10)).toBe(2);
  });

  test("does nothing on a lane that neither the settings nor the table know", async () => {
    expect(await refill(world, "nobody")).toBeUndefined();
  });

  test("a limit of 0 pauses the lane", async () => {
    world.settings.lanes[LANE] = { ...world.settings.lanes[LANE]!, limit: 0 };
    const jobs = await queueJobs(world, 1);
    await refill(world, LANE);
    expect(await statuses(jobs)).toEqual(["Pending"]);
  });

  test("a lowered limit drains, a raised one fills at once", async () => {
    await queueJobs(world, 6);
    await refill(world, LANE);
    world.settings.lanes[LANE] = { ...world.settings.lanes[LANE]!, limit: 1 };
    await refill(world, LANE);
    expect(world.batch.running).toHaveLength(3);
    world.settings.lanes[LANE] = { ...world.settings.lanes[LANE]!, limit: 5 };
    await refill(world, LANE);
    expect(world.batch.running).toHaveLength(5);
  });

  test("a higher priority goes first", async () => {
    const [low] = await queueJobs(world, 1, { jobId: "01ARZ3NDEKTSV4RRFFQ69G5FAA", rank: 1_000 });
    const [high] = await queueJobs(world, 1, { jobId: "01ARZ3NDEKTSV4RRFFQ69G5FAB", rank: 1 });
    world.settings.lanes[LANE] = { ...world.settings.lanes[LANE]!, limit: 1 };
    await refill(world, LANE);
    expect(await statuses([low!, high!])).toEqual(["Pending", "Submitted"]);
  });

  test("entries of jobs that ended or are gone never stop the queue, however many stand at its head", async () => {
    const stale = await queueJobs(world, 60, { rank: 1 });
    for (const { jobId } of stale.slice(0, 30))
      await world.store.jobs.bringForward(jobId, { status: "Stopped", at: world.clock.now() });
    const gone = stale.slice(30).map(({ jobId }) => ({ lane: LANE, rank: 2, jobId: `${jobId.slice(0, -1)}Z` }));
    for (const { jobId } of stale.slice(30))
      await world.store.jobs.bringForward(jobId, { status: "Stopped", at: world.clock.now() });
    for (const entry of gone) await world.store.queue.put(entry);
    const fresh = await queueJobs(world, 1, { jobId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", rank: 99 });
    for (let i = 0; i < 10; i++) await refill(world, LANE);
    expect(await statuses(fresh)).toEqual(["Submitted"]);
    expect(await world.store.queue.count(LANE, 10)).toBe(0);
  });
});

test("a claim that was put back after its lane was read gets its slot before it is asked for again", async () => {
  const [job] = await queueJobs(world, 1);
  world.batch.faults.push({ kind: "unknown", message: "It timed out." });
  await refill(world, LANE);
  const stale = await lane();
  await world.store.lanes.releaseSlot(LANE, job!.jobId, "neutral");
  await world.store.queue.put(job!);
  const rest: PendingJob[] = [];
  for (const end of ["A", "B", "C"])
    rest.push(...(await queueJobs(world, 1, { jobId: `01ARZ3NDEKTSV4RRFFQ69G5FA${end}` })));
  for (const { jobId } of rest) await world.store.lanes.claimSlot(LANE, jobId, world.clock.now(), LONGEST);
  world.clock.pass(world.timings.leaseMs + 1);
  await refill(world, LANE, stale);
  expect(world.batch.jobs.map(({ jobName }) => jobName)).not.toContain(jobNameOf(world.stage, job!.jobId));
  for (let ends = 0; ends < 4; ends++) {
    const [running] = world.batch.running;
    if (running !== undefined) await advance(world, world.batch.move(running.arn, "Completed"));
    await secondTry();
    expect((await lane()).holders.size).toBeLessThanOrEqual(3);
  }
  expect(await statuses([job!, ...rest])).not.toContain("Claimed");
  expect(await statuses([job!, ...rest])).not.toContain("Pending");
});

describe("what Create answers", () => {
  test.each([
    ["quotaExceeded", "quota"],
    ["throttled", "throttled"],
  ] as const)(
    "%s: the job stays Claimed with its slot, the lane is blocked, and a wake message comes",
    async (kind, block) => {
      const [first, second] = await queueJobs(world, 2);
      world.batch.faults.push({ kind, message: "the words of Bedrock" });
      await refill(world, LANE);
      expect(await statuses([first!, second!])).toEqual(["Claimed", "Pending"]);
      const blocked = await lane();
      expect(blocked.block).toMatchObject({ kind: block, reason: "the words of Bedrock", tries: 1 });
      expect(blocked.holders).toContain(first!.jobId);
      expect(world.messages.take()).toEqual({ kind: "wake", lane: LANE, at: blocked.block!.until });
      expect(world.batch.requests).toHaveLength(1);

      await refill(world, LANE);
      expect(world.batch.requests, "nothing is asked while the lane is blocked").toHaveLength(1);

      world.clock.pass(blocked.block!.until - world.clock.now());
      await refill(world, LANE);
      expect(await statuses([first!, second!])).toEqual(["Submitted", "Submitted"]);
      expect((await lane()).block).toBeUndefined();
    },
  );

  test("denied: the model is blocked, the job gives its slot back and keeps its place, and a wake message comes", async () => {
    const [first, second] = await queueJobs(world, 2);
    world.batch.faults.push({ kind: "denied", message: "the words of Bedrock" });
    await refill(world, LANE);
    expect(await statuses([first!, second!])).toEqual(["Claimed", "Pending"]);
    const { block, modelBlocks, holders } = await lane();
    const blocked = modelBlocks.get(first!.modelId);
    expect(blocked).toMatchObject({ kind: "denied", reason: "the words of Bedrock", tries: 1 });
    expect([block, holders]).toEqual([undefined, new Set()]);
    expect(world.messages.take()).toEqual({ kind: "wake", lane: LANE, at: blocked!.until });
    await refill(world, LANE);
    expect(world.batch.requests, "nothing is asked while the model is blocked").toHaveLength(1);
    world.clock.pass(blocked!.until - world.clock.now());
    await refill(world, LANE);
    expect(world.batch.jobs.map(({ inputKey }) => inputKey)).toEqual([first!.inputKey, second!.inputKey]);
    expect((await lane()).modelBlocks.size).toBe(0);
  });

  test("a block of the same kind in a row waits longer each time, and one call probes it", async () => {
    await queueJobs(world, 3);
    const waits: number[] = [];
    for (let i = 1; i <= 12; i++) {
      world.batch.faults.push({ kind: "quotaExceeded", message: "full" });
      await refill(world, LANE);
      expect(world.batch.requests).toHaveLength(i);
      const { block } = await lane();
      waits.push(block!.until - world.clock.now());
      world.clock.pass(waits.at(-1)!);
    }
    expect(waits.slice(0, 3)).toEqual([60_000, 120_000, 240_000]);
    expect(Math.max(...waits)).toBe(world.timings.backoff.quota.mostMs);
  });

  test("an answer that was lost: the job is found by its name and adopted, never created again", async () => {
    const [job] = await queueJobs(world, 1);
    world.batch.faults.push("lost");
    await refill(world, LANE);
    expect(await statuses([job!])).toEqual(["Claimed"]);
    expect(world.messages.take()).toMatchObject({ kind: "wake", lane: LANE });
    await secondTry();
    expect(await world.store.jobs.get(job!.jobId)).toMatchObject({
      status: "Submitted",
      arn: world.batch.jobs[0]!.arn,
    });
    expect(world.batch.requests).toHaveLength(1);
  });

  test("a lost answer and a listing that lags: the same token gives the same job", async () => {
    const [job] = await queueJobs(world, 1);
    world.batch.faults.push("lost");
    await refill(world, LANE);
    world.batch.listingLag = 1;
    await secondTry();
    expect(await statuses([job!])).toEqual(["Submitted"]);
    expect(world.batch.jobs).toHaveLength(1);
    expect(world.batch.requests[1]).toEqual(world.batch.requests[0]);
  });

  test("a lost answer on a lane that is blocked since: the job is looked up, and nothing is asked", async () => {
    const [first] = await queueJobs(world, 2);
    world.batch.faults.push("lost", { kind: "denied", message: "no right" });
    await refill(world, LANE);
    expect(await statuses([first!])).toEqual(["Claimed"]);
    await world.store.lanes.block(LANE, {
      kind: "denied",
      until: world.clock.now() + world.timings.backoff.denied.mostMs,
      reason: "no right",
      tries: 1,
    });
    await secondTry();
    expect(await statuses([first!])).toEqual(["Submitted"]);
    expect(world.batch.requests).toHaveLength(2);
  });

  test("Conflict: the job is found by its name and adopted", async () => {
    const [job] = await queueJobs(world, 1);
    world.batch.faults.push("lost");
    await refill(world, LANE);
    world.batch.faults.push({ kind: "conflict", message: "taken" });
    world.batch.listingLag = 1;
    await secondTry();
    expect(await statuses([job!]), "not listed yet: it stays Claimed").toEqual(["Claimed"]);
    world.batch.listingLag = 0;
    await secondTry();
    expect(await statuses([job!])).toEqual(["Submitted"]);
    expect(world.batch.jobs).toHaveLength(1);
  });

  test("a job of our name that reads another input is not ours: it fails with words, and the slot is free", async () => {
    const [job] = await queueJobs(world, 1);
    const request = {
      modelId: "m",
      invocation: "InvokeModel",
      inputKey: "elsewhere.jsonl",
      outputPrefix: "o/",
    } as const;
    await world.batch.create({ ...request, jobName: jobNameOf("test", job!.jobId), clientRequestToken: "other" });
    await refill(world, LANE);
    expect(await world.store.jobs.get(job!.jobId)).toMatchObject({
      status: "Failed",
      message: expect.stringMatching(/another input/),
    });
    expect((await lane()).holders.size).toBe(0);
  });

  test("Validation at the first call: Failed, its slot free, its records to be collected, and the next job goes", async () => {
    const jobs = await queueJobs(world, 4);
    world.batch.faults.push({ kind: "invalid", message: "no such model" });
    await refill(world, LANE);
    expect(await statuses(jobs)).toEqual(["Failed", "Submitted", "Submitted", "Submitted"]);
    expect(await world.store.jobs.get(jobs[0]!.jobId)).toMatchObject({ message: "no such model" });
    expect(world.messages.waiting).toContainEqual({ kind: "collect", jobId: jobs[0]!.jobId, at: AT_ONCE });
  });

  test("Validation after a refusal that was answered: Failed at once, for nothing was ever unknown", async () => {
    const jobs = await queueJobs(world, 1);
    world.batch.faults.push({ kind: "throttled", message: "slow" }, { kind: "invalid", message: "no such model" });
    await refill(world, LANE);
    await secondTry();
    expect(await statuses(jobs)).toEqual(["Failed"]);
  });

  test("Validation after a call of unknown outcome: Failed only once look-ups ten minutes apart find nothing", async () => {
    const jobs = await queueJobs(world, 1);
    const invalid = { kind: "invalid", message: "no" } as const;
    world.batch.faults.push({ kind: "unknown", message: "timeout" }, invalid, invalid);
    await refill(world, LANE);
    await secondTry();
    const looked = world.clock.now();
    expect(await statuses(jobs)).toEqual(["Claimed"]);
    expect(world.messages.waiting).toContainEqual({ kind: "wake", lane: LANE, at: looked + world.timings.doubtMs });
    await secondTry();
    expect(world.batch.requests, "nobody asks before the proof").toHaveLength(2);
    world.clock.pass(looked + world.timings.doubtMs - world.clock.now());
    await refill(world, LANE);
    expect(await statuses(jobs)).toEqual(["Failed"]);
  });

  test("Validation because the name is taken by our own earlier call: adopted as soon as the listing has it", async () => {
    const jobs = await queueJobs(world, 1);
    world.batch.faults.push("lost", { kind: "invalid", message: "name" });
    world.batch.listingLag = 1;
    await refill(world, LANE);
    await secondTry();
    world.batch.listingLag = 0;
    world.clock.pass(world.timings.doubtMs);
    await refill(world, LANE);
    expect(await statuses(jobs)).toEqual(["Submitted"]);
    expect(world.batch.jobs).toHaveLength(1);
  });

  test("an error that nobody knows: eight tries, then Failed once a look-up ten minutes on finds nothing", async () => {
    const jobs = await queueJobs(world, 1);
    for (let i = 0; i < 20; i++) world.batch.faults.push({ kind: "odd", message: "TeapotException" });
    await refill(world, LANE);
    for (let i = 0; i < 7; i++) await secondTry();
    expect(world.batch.requests).toHaveLength(8);
    await secondTry();
    expect(await statuses(jobs)).toEqual(["Claimed"]);
    world.clock.pass(world.timings.doubtMs);
    await refill(world, LANE);
    expect(world.batch.requests).toHaveLength(8);
    expect(await statuses(jobs)).toEqual(["Failed"]);
  });

  test("an outage of hours fails no job", async () => {
    const jobs = await queueJobs(world, 1);
    for (let i = 0; i < 100; i++) world.batch.faults.push({ kind: "unknown", message: "502" });
    await refill(world, LANE);
    for (let i = 0; i < 99; i++) await secondTry();
    expect(await statuses(jobs)).toEqual(["Claimed"]);
    await secondTry();
    expect(await statuses(jobs)).toEqual(["Submitted"]);
  });

  test("jobs refused one after the other stop the lane after three, and one job at a time probes it", async () => {
    const jobs = await queueJobs(world, 10);
    for (let i = 0; i < 5; i++) world.batch.faults.push({ kind: "invalid", message: "role cannot read" });
    await refill(world, LANE);
    expect(world.batch.requests).toHaveLength(3);
    const { block } = await lane();
    expect(block).toMatchObject({ kind: "failures", reason: expect.stringMatching(/role cannot read/) });
    world.clock.pass(block!.until - world.clock.now());
    await refill(world, LANE);
    expect(world.batch.requests, "one probe a back-off").toHaveLength(4);
    world.batch.faults.length = 0;
    world.clock.pass((await lane()).block!.until - world.clock.now());
    await refill(world, LANE);
    expect(
      (await statuses(jobs)).filter((s) => s === "Submitted"),
      "a probe runs alone",
    ).toHaveLength(1);
  });
});
