import { aWorld, type MemoryWorld, queueJobs, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { ItemUnreadable } from "../errors.ts";
import { refill } from "../slots/refill.ts";
import type { Submission } from "../submission/submission.ts";
import { advance } from "./advance.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";

const DAY_MS = 24 * 60 * 60_000;
const HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";
const NOVA = "amazon.nova-lite-v1:0";

const record = (recordId: string) =>
  JSON.stringify({
    recordId,
    modelInput: { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [{ role: "user", content: "x" }] },
  });
const file = (count: number) => Array.from({ length: count }, (_, n) => `${record(`r${n}`)}\n`).join("");
const lanes = (maxRecords: number, limit = 3) => ({
  claude: { models: [HAIKU], limit, maxRecords, minRecords: 2 },
  nova: { models: [NOVA], limit, maxRecords, minRecords: 2 },
});

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({ settings: settings({ lanes: lanes(4) }) });
});

const told = (event: string) => world.entries.filter((entry) => entry.event === event);
const submissions = async () => (await world.store.submissions.newest(100)).items;

describe("a job whose status nobody knows", () => {
  test("holds its slot and is told at each sweep, while every other lane, job and drop is looked after", async () => {
    const [bad] = await queueJobs(world, 1);
    const [ended] = await queueJobs(world, 1, { jobId: "0000000000000000000000NOVA", lane: "nova", modelId: NOVA });
    await sweep(world);
    const unknown = world.batch.jobs.find(({ modelId }) => modelId === HAIKU)!.arn;
    const get = world.batch.get.bind(world.batch);
    world.batch.list = async () => ({ items: [] });
    world.batch.get = async (arn) => {
      if (arn === unknown) throw new Error("Bedrock reports the status Paused, which Sluice does not know.");
      return get(arn);
    };
    world.batch.move(world.batch.jobs.find(({ modelId }) => modelId === NOVA)!.arn, "Completed");
    world.clock.pass(DAY_MS);
    await world.objects.put("to-process/lost.jsonl", file(3));
    for (let n = 1; n <= 2; n++) {
      await sweep(world);
      expect(told("stepFailed")).toHaveLength(n);
    }
    expect(told("stepFailed")[0]).toMatchObject({ level: "error", lane: "claude", jobId: bad!.jobId });
    expect(told("stepFailed")[0]?.message).toContain("the status Paused, which Sluice does not know.");
    expect((await world.store.lanes.get("claude"))?.holders).toEqual(new Set([bad!.jobId]));
    expect(await world.store.jobs.get(ended!.jobId)).toMatchObject({ status: "Completed" });
    expect((await world.store.lanes.get("nova"))?.holders).toEqual(new Set());
    expect(world.messages.waiting).toContainEqual(
      expect.objectContaining({ kind: "plan", key: "to-process/lost.jsonl" }),
    );
  });

  test("in a claim that nobody finished holds up no other job of its lane", async () => {
    const jobs = await queueJobs(world, 3);
    world.batch.faults.push("lost");
    world.batch.findByName = async () => {
      throw new Error("Bedrock reports the status Paused, which Sluice does not know.");
    };
    await sweep(world);
    world.clock.pass(world.timings.leaseMs + 1);
    await queueJobs(world, 4);
    await sweep(world);
    const states = await Promise.all(jobs.map(({ jobId }) => world.store.jobs.get(jobId)));
    expect(states.map((job) => job?.status)).toEqual(["Claimed", "Submitted", "Submitted"]);
    expect((await world.store.lanes.get("claude"))?.holders.size).toBe(3);
    expect(told("claimFailed")[0]).toMatchObject({ jobId: jobs[0]!.jobId });
  });
});

test("Bedrock's list that cannot be read is told, and each job is asked for by itself", async () => {
  const [job] = await queueJobs(world, 1);
  await sweep(world);
  world.batch.list = async () => {
    throw new Error("ThrottlingException");
  };
  world.batch.move(world.batch.jobs[0]!.arn, "Completed");
  await sweep(world);
  expect(await world.store.jobs.get(job!.jobId)).toMatchObject({ status: "Completed" });
  expect(told("stepFailed").map(({ message }) => message)).toEqual([expect.stringContaining("Reading Bedrock's list")]);
});

test("a pass that fails as a whole lets the others go on, and the sweep says so at its end", async () => {
  await queueJobs(world, 1);
  world.store.jobs.uncollected = async () => {
    throw new Error("The index is not there.");
  };
  await world.objects.put("to-process/lost.jsonl", file(3));
  await expect(sweep(world)).rejects.toThrow(/nobody collected: The index is not there/);
  expect(world.batch.running).toHaveLength(1);
  expect(world.messages.waiting).toContainEqual(expect.objectContaining({ kind: "plan" }));
});

describe("a submission whose prepared files are gone before its jobs were queued", () => {
  const KEY = "to-process/a.jsonl";

  /** Its plan died between the commit and the first job, and somebody emptied staging/. */
  async function interrupted(): Promise<Submission> {
    await world.objects.put(KEY, file(9));
    const put = world.store.jobs.put;
    world.store.jobs.put = async () => {
      throw new Error("The instance died here.");
    };
    await expect(plan(world, KEY)).rejects.toThrow("died");
    world.store.jobs.put = put;
    await world.objects.delete(await world.objects.keys("staging/"));
    world.clock.pass(world.timings.stalledPlanMs + 1);
    return (await submissions())[0]!;
  }

  test("is planned again under the same id while its file is the same", async () => {
    const before = await interrupted();
    await sweep(world);
    expect(await submissions()).toEqual([{ ...before, status: "Open" }]);
    expect(world.batch.jobs).toHaveLength(3);
    const inputs = world.batch.jobs.map(({ request }) => world.objects.text(request.inputKey)).sort();
    expect(inputs.join("")).toBe(file(9));
    expect(told("stepFailed")).toEqual([]);
  });

  test.each([
    ["its file is another by now", () => world.objects.put(KEY, file(2)), /overwritten or deleted meanwhile/],
    ["its file is gone", () => world.objects.delete([KEY]), /overwritten or deleted meanwhile/],
    [
      "its lane splits files in another way by now",
      async () => {
        world.settings = settings({ lanes: lanes(9) });
      },
      /split in another way/,
    ],
  ])("ends with words where %s, and stops nothing", async (_, change, words) => {
    const { submissionId } = await interrupted();
    await change();
    await world.objects.put("to-process/lost.jsonl", file(3));
    await sweep(world);
    const ended = await world.store.submissions.get(submissionId);
    expect(ended).toMatchObject({ status: "Refused", problem: { code: "PlanLost" }, openJobs: new Set() });
    expect(ended?.problem?.message).toMatch(words);
    expect(world.batch.jobs).toEqual([]);
    expect(world.messages.waiting).toContainEqual(expect.objectContaining({ key: "to-process/lost.jsonl" }));
    expect(told("stepFailed")).toEqual([]);
  });
});

describe("a job whose item cannot be read", () => {
  /** Spoils the items of jobs as they are read; of each its model is left. */
  function spoil(spoilt: readonly { jobId: string; modelId: string | undefined }[]) {
    const { get } = world.store.jobs;
    world.store.jobs.get = async (jobId) => {
      const job = spoilt.find((one) => one.jobId === jobId);
      if (job === undefined) return get(jobId);
      throw new ItemUnreadable(`The table's job ${jobId} cannot be read.`, job.modelId);
    };
  }

  function deploy(lanes: Record<string, { models: string[]; limit: number }>) {
    world.settings = settings({ lanes, routes: {} });
    world.settingsVersion = 1;
  }

  test("keeps no lane from other settings, and its slot counts in the lane that has its model then", async () => {
    const jobs = await queueJobs(world, 5);
    await refill(world, "claude");
    spoil(jobs.slice(0, 1));
    deploy({ haiku: { models: [HAIKU], limit: 3 }, nova: { models: [NOVA], limit: 2 } });
    await sweep(world);
    expect(await world.store.lanes.get("nova")).toMatchObject({ limit: 2, settingsVersion: 1 });
    expect((await world.store.lanes.get("haiku"))?.holders).toEqual(
      new Set(jobs.slice(0, 3).map(({ jobId }) => jobId)),
    );
    expect(world.batch.running).toHaveLength(3);
    await advance(world, world.batch.move(world.batch.running[1]!.arn, "Completed"));
    expect(world.batch.running).toHaveLength(3);
    expect(told("stepFailed")[0]).toMatchObject({ level: "error", jobId: jobs[0]!.jobId });
  });

  test("keeps its slot where it is if its model is lost with it, and no lane from other settings", async () => {
    const [bad, other] = await queueJobs(world, 2);
    await refill(world, "claude");
    spoil([{ ...bad!, modelId: undefined }]);
    deploy({ haiku: { models: [HAIKU], limit: 3 }, nova: { models: [NOVA], limit: 2 } });
    await sweep(world);
    expect((await world.store.lanes.get("claude"))?.holders).toEqual(new Set([bad!.jobId]));
    expect(await world.store.lanes.get("haiku")).toMatchObject({ limit: 3, holders: new Set([other!.jobId]) });
  });

  test.each([
    ["is renamed", async () => deploy({ haiku: { models: [HAIKU], limit: 3 } })],
    [
      "has another model that is blocked",
      async () => {
        const until = world.clock.now() + 1;
        await world.store.lanes.blockModel("claude", "other", { kind: "denied", until, reason: "a test", tries: 1 });
      },
    ],
  ])("holds up no other where its lane %s, and nothing but the item tells its model", async (_, change) => {
    await refill(world, "claude");
    const jobs = await queueJobs(world, 2);
    // As earlier versions wrote them.
    for (const job of jobs) {
      await world.store.queue.drop(job);
      await world.store.queue.put({ lane: job.lane, rank: job.rank, jobId: job.jobId });
    }
    spoil([{ ...jobs[0]!, modelId: undefined }]);
    await change();
    await sweep(world);
    expect(world.batch.running.map(({ request }) => request.inputKey)).toContain(jobs[1]!.inputKey);
  });
});

test("an item that cannot be read is told, and those beside it are collected", async () => {
  const uncollected = world.store.jobs.uncollected;
  world.store.jobs.uncollected = async (...page) => ({
    ...(await uncollected(...page)),
    unreadable: ["The table's job x."],
  });
  await sweep(world);
  expect(told("itemUnreadable")).toMatchObject([{ level: "error", message: "The table's job x." }]);
});
