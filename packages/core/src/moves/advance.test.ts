import { aWorld, LONGEST, type MemoryWorld, queueJobs } from "@sluice/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { type BedrockStatus, jobStatuses, rankOf } from "../job/status.ts";
import type { Sighting } from "../slots/bring-forward.ts";
import { refill } from "../slots/refill.ts";
import { advance } from "./advance.ts";
import { sweep } from "./sweep.ts";

const LANE = "claude";
const CLAUDE_ARN = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0";

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld();
});

const move = (index: number, status: BedrockStatus, report = {}) =>
  world.batch.move(world.batch.jobs[index]!.arn, status, report) as Sighting;
const ours = (given: Partial<Sighting>): Sighting => ({
  jobName: "somebody-elses-job",
  arn: "arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/other",
  modelId: CLAUDE_ARN,
  status: "Completed",
  ...given,
});

describe("advance", () => {
  test("an end gives the slot to the next job at once", async () => {
    const jobs = await queueJobs(world, 4);
    await refill(world, LANE);
    await advance(world, move(1, "Completed"));
    expect(await world.store.jobs.get(jobs[1]!.jobId)).toMatchObject({ status: "Completed" });
    expect(await world.store.jobs.get(jobs[3]!.jobId)).toMatchObject({ status: "Submitted" });
    expect(world.batch.running).toHaveLength(3);
  });

  test("an event of no end looks at its lane only when its last listing may be old", async () => {
    await queueJobs(world, 1);
    await sweep(world);
    let looks = 0;
    const { lanes } = world.store;
    const counted = { ...world, store: { ...world.store, lanes: Object.create(lanes, { get: { value: look } }) } };
    function look(lane: string) {
      looks++;
      return lanes.get(lane);
    }
    await advance(counted, move(0, "Validating"));
    expect(looks).toBe(1);
    await advance(counted, move(0, "Scheduled"));
    expect(looks, "the first look told when the lane was listed").toBe(1);
    world.clock.pass(world.timings.rideMs + 1);
    await advance(counted, move(0, "InProgress"));
    expect(looks).toBeGreaterThan(1);
  });

  test("an end that overtakes the job's ARN is taken in, though another event brings the ARN meanwhile", async () => {
    const [job] = await queueJobs(world, 1);
    const { bringForward, get } = world.store.jobs;
    world.store.jobs.bringForward = async () => undefined;
    await refill(world, LANE);
    world.store.jobs.bringForward = bringForward;
    // So that no listing finds the end before the events tell of it.
    await world.store.lanes.winListing(LANE, 0, world.clock.now());
    const [scheduled, end] = [move(0, "Scheduled"), move(0, "Completed")];
    let isFirst = true;
    world.store.jobs.get = async (jobId) => {
      const isEnd = isFirst;
      isFirst = false;
      if (isEnd) await advance(world, scheduled);
      return get(jobId);
    };
    await advance(world, end);
    expect(await get(job!.jobId)).toMatchObject({ status: "Completed" });
    expect((await world.store.lanes.get(LANE))?.holders.size).toBe(0);
  });

  test("status only moves forward, whatever the order and repetition of events", async () => {
    const statuses = jobStatuses.filter((s): s is BedrockStatus => s !== "Pending" && s !== "Claimed");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 12 }), async (seen) => {
        world = aWorld();
        const [job] = await queueJobs(world, 1);
        await refill(world, LANE);
        let rank = 0;
        let end: string | undefined;
        for (const status of seen) {
          await advance(world, ours({ ...move(0, status), status }));
          const now = (await world.store.jobs.get(job!.jobId))!.status;
          expect(rankOf(now)).toBeGreaterThanOrEqual(rank);
          expect(rankOf(now)).toBeGreaterThanOrEqual(rankOf(status));
          if (end !== undefined) expect(now, "no end replaces another").toBe(end);
          rank = rankOf(now);
          if (rank === rankOf("Completed")) end = now;
        }
        expect((await world.store.lanes.get(LANE))!.holders.size).toBe(end === undefined ? 1 : 0);
      }),
    );
  });

  test("an event that beats the answer of Create brings the ARN, and the answer changes nothing", async () => {
    const [job] = await queueJobs(world, 1);
    const create = world.batch.create.bind(world.batch);
    world.batch.create = async (request) => {
      const answer = await create(request);
      await advance(world, move(0, "Validating"));
      return answer;
    };
    await refill(world, LANE);
    expect(await world.store.jobs.get(job!.jobId)).toMatchObject({
      status: "Validating",
      arn: world.batch.jobs[0]!.arn,
    });
    expect(await world.store.lanes.get(LANE)).toMatchObject({ claiming: new Set() });
  });

  test("the end of another user's job lifts a quota block and wakes the lane", async () => {
    const jobs = await queueJobs(world, 1);
    world.batch.faults.push({ kind: "quotaExceeded", message: "full" });
    await refill(world, LANE);
    await advance(world, ours({ status: "InProgress" }));
    expect(await world.store.jobs.get(jobs[0]!.jobId)).toMatchObject({ status: "Claimed" });
    await advance(world, ours({ status: "Completed" }));
    expect(await world.store.jobs.get(jobs[0]!.jobId)).toMatchObject({ status: "Submitted" });
  });

  test("the end of another user's job lifts no other block", async () => {
    const jobs = await queueJobs(world, 1);
    world.batch.faults.push({ kind: "denied", message: "no right" });
    await refill(world, LANE);
    await advance(world, ours({ status: "Completed" }));
    expect(await world.store.jobs.get(jobs[0]!.jobId)).toMatchObject({ status: "Claimed" });
  });

  test("an event of a model in no lane, or of another stage's job, is no error and touches nothing", async () => {
    await advance(world, ours({ modelId: "meta.llama" }));
    await advance(world, ours({ jobName: "sluice-other-01arz3ndektsv4rrffq69g5fav", modelId: "meta.llama" }));
    expect(await world.store.lanes.get(LANE)).toBeUndefined();
  });

  test("an event of our name without a job in the table wakes the lane like any other", async () => {
    const jobs = await queueJobs(world, 1);
    await advance(world, ours({ jobName: "sluice-test-01arz3ndektsv4rrffq69g5fav" }));
    expect(await world.store.jobs.get(jobs[0]!.jobId)).toMatchObject({ status: "Submitted" });
  });

  test("three jobs in a row that failed with nothing processed block the lane with the last one's reason", async () => {
    await queueJobs(world, 9);
    await refill(world, LANE);
    for (const index of [0, 1, 2]) await advance(world, move(index, "Failed", { processedRecords: 0, message: "S3!" }));
    const lane = await world.store.lanes.get(LANE);
    expect(lane?.block).toMatchObject({ kind: "failures", reason: expect.stringContaining("S3!") });
    expect(world.messages.waiting).toContainEqual({ kind: "wake", lane: LANE, at: lane!.block!.until });
    expect(lane?.failuresInRow).toBe(3);
  });

  test("a repeated event counts a failure once", async () => {
    await queueJobs(world, 3);
    await refill(world, LANE);
    const event = move(0, "Failed", { processedRecords: 0 });
    for (let i = 0; i < 5; i++) await advance(world, event);
    expect((await world.store.lanes.get(LANE))?.failuresInRow).toBe(1);
  });

  test.each([
    ["Completed", {}, 0],
    ["Failed", { processedRecords: 7 }, 0],
    ["Stopped", {}, 2],
    ["Expired", {}, 2],
  ] as const)("after two failures, %s %j leaves a row of %i", async (status, report, row) => {
    await queueJobs(world, 3);
    await refill(world, LANE);
    for (const index of [0, 1]) await advance(world, move(index, "Failed", { processedRecords: 0 }));
    await advance(world, move(2, status, report));
    expect((await world.store.lanes.get(LANE))?.failuresInRow).toBe(row);
  });

  test("a failure whose counts cannot be asked for still frees the slot, and is not counted", async () => {
    await queueJobs(world, 4);
    await refill(world, LANE);
    world.batch.get = async () => {
      throw new Error("down");
    };
    await advance(world, move(0, "Failed"));
    expect(world.batch.running).toHaveLength(3);
    expect((await world.store.lanes.get(LANE))?.failuresInRow).toBe(0);
  });
});

test("an end that comes while another event brings the job's ARN is taken in all the same", async () => {
  // Listed just now, so that only the event can tell.
  await sweep(world);
  const create = world.batch.create.bind(world.batch);
  let [arn, rest] = ["", async (): Promise<unknown> => undefined];
  world.batch.create = async (request) => {
    const answer = await create(request);
    if (arn === "" && answer.kind === "created") {
      arn = answer.arn;
      await rest();
    }
    return answer;
  };
  rest = async () => {
    const first = world.batch.move(arn, "Validating");
    const { get } = world.store.jobs;
    // Read by the end's event only once the other one has stored the ARN.
    world.store.jobs.get = async (id) => {
      world.store.jobs.get = get;
      await advance(world, first);
      return get(id);
    };
    await advance(world, world.batch.move(arn, "Failed"));
  };
  await queueJobs(world, 4);
  await refill(world, LANE);
  expect(world.batch.running).toHaveLength(3);
});

describe("a lost event", () => {
  test("is repaired by the next event, when the last listing is older than five minutes", async () => {
    await queueJobs(world, 6);
    await sweep(world);
    move(0, "Completed");
    world.clock.pass(world.timings.rideMs);
    await advance(world, move(1, "InProgress"));
    expect(world.batch.running, "the listing is not old enough").toHaveLength(2);
    world.clock.pass(1);
    await advance(world, move(2, "InProgress"));
    expect(world.batch.running).toHaveLength(3);
    expect(world.messages.waiting.filter(({ kind }) => kind === "collect")).toHaveLength(1);
  });

  test("is repaired by the sweep, also when the listing does not have the job", async () => {
    await queueJobs(world, 6);
    await refill(world, LANE);
    move(0, "Completed");
    move(2, "Failed", { processedRecords: 0 });
    world.batch.listingLag = 1;
    await sweep(world);
    expect(world.batch.running).toHaveLength(3);
    const collects = () => world.messages.waiting.filter(({ kind }) => kind === "collect");
    expect(collects()).toHaveLength(2);
    await sweep(world);
    expect(collects(), "what is under way is not asked for again").toHaveLength(2);
    world.clock.pass(world.timings.overdueMs + 1);
    await sweep(world);
    expect(collects()).toHaveLength(4);
  });

  test("of a job that is gone from the table is repaired by the sweep: its slot comes free", async () => {
    await queueJobs(world, 4);
    await world.store.lanes.setLimit(LANE, 3);
    await world.store.lanes.claimSlot(LANE, "01ARZ3NDEKTSV4RRFFQ69G5FAV", world.clock.now(), LONGEST);
    await sweep(world);
    expect(world.batch.running).toHaveLength(3);
    expect((await world.store.lanes.get(LANE))?.holders.has("01ARZ3NDEKTSV4RRFFQ69G5FAV")).toBe(false);
  });
});
