import { endJob, type MemoryWorld } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { advance } from "./advance.ts";
import { collectEvent } from "./collect.ts";
import { DAY_MS, deliver, drop, fileOf, idsIn, MINUTE_MS, processed, runAll, smallWorld } from "./move-stories.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";

const KEY = "to-process/a.jsonl";
const HOME = "processed/a.jsonl/";

let world: MemoryWorld;
beforeEach(() => {
  world = smallWorld();
});

/** Sweeps every half an hour, and delivers what comes of it; the failures. */
async function sweepFor(hours: number): Promise<unknown[]> {
  const failed: unknown[] = [];
  for (let i = 0; i < 2 * hours; i++) {
    await sweep(world);
    await deliver(world, failed);
    world.clock.pass(30 * MINUTE_MS);
  }
  return failed;
}

const theSubmission = async () => (await world.store.submissions.newest(10)).items[0];

describe("a table that is restored to an earlier time", () => {
  test("from before a finished drop: the drop does not run again, and its results stay as they are", async () => {
    await sweep(world);
    const restore = world.store.remember();
    const submissionId = await drop(world, KEY, fileOf(3));
    await runAll(world);
    const before = await processed(world);
    const jobs = world.batch.jobs.length;
    world.clock.pass(2 * DAY_MS);
    restore();
    expect(await sweepFor(24)).toEqual([]);
    expect(await processed(world)).toEqual(before);
    expect(world.batch.jobs).toHaveLength(jobs);
    const counts = { records: 3, results: 3, errors: 0 };
    expect(await theSubmission()).toMatchObject({ submissionId, status: "Done", counts, folder: HOME });
    expect(world.entries).toContainEqual(expect.objectContaining({ event: "resultsFound", submissionId }));
  });

  test("from before a finished drop that is copied onto itself then: its content is not run again", async () => {
    const restore = world.store.remember();
    const submissionId = await drop(world, KEY, fileOf(3));
    await runAll(world);
    const before = await processed(world);
    const jobs = world.batch.jobs.length;
    restore();
    world.clock.pass(MINUTE_MS);
    world.objects.touch(KEY, {});
    await plan(world, KEY);
    await deliver(world);
    expect(await processed(world)).toEqual(before);
    expect(world.batch.jobs).toHaveLength(jobs);
    const { items } = await world.store.submissions.newest(10);
    expect(items.map(({ status, problem }) => problem?.code ?? status)).toEqual(["Repeated", "Done"]);
    expect(items[0]?.problem?.message).toContain(submissionId);
  });

  test("from before a refused drop: it is refused as it was, and its errors stay as they are", async () => {
    const restore = world.store.remember();
    await drop(world, KEY, "[1,2]");
    const before = await processed(world);
    const refused = await theSubmission();
    restore();
    await plan(world, KEY);
    expect(await processed(world)).toEqual(before);
    expect(await theSubmission()).toEqual(refused);
  });

  test("from while its jobs waited, all of which have ended since: nothing runs twice, and it ends", async () => {
    await drop(world, KEY, fileOf(10));
    const restore = world.store.remember();
    await runAll(world);
    const before = await processed(world);
    const jobs = world.batch.jobs.length;
    world.clock.pass(60 * MINUTE_MS);
    restore();
    expect(await sweepFor(4)).toEqual([]);
    expect(await processed(world)).toEqual(before);
    expect(world.batch.jobs).toHaveLength(jobs);
    expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 10, results: 10, errors: 0 } });
    expect((await world.store.lanes.get("claude"))?.holders).toEqual(new Set());
    expect((await world.store.jobs.uncollected(10)).items).toEqual([]);
  });

  test("from before the plan of a drop whose jobs run: it is planned as it was, and what Bedrock has is adopted", async () => {
    const restore = world.store.remember();
    await drop(world, KEY, fileOf(10));
    const event = await endJob(world, world.batch.running[0]!);
    await advance(world, event);
    await collectEvent(world, event);
    const jobs = world.batch.jobs.length;
    restore();
    await plan(world, KEY);
    await deliver(world);
    await runAll(world);
    expect(world.batch.jobs).toHaveLength(jobs);
    expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 10, results: 10, errors: 0 } });
    expect(await idsIn(world, `${HOME}results.jsonl`)).toHaveLength(10);
  });

  test("nor does a name that is reported as invalid end a job that Bedrock has", async () => {
    const restore = world.store.remember();
    await drop(world, KEY, fileOf(3));
    restore();
    world.batch.faults.push({ kind: "invalid", message: "The name is taken." });
    await plan(world, KEY);
    await runAll(world);
    expect(world.batch.jobs).toHaveLength(1);
    expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 3, results: 3, errors: 0 } });
  });

  test("from the middle of a plan: the jobs that it queued before are those that it queues now", async () => {
    let restore = () => {};
    const { put } = world.store.jobs;
    world.store.jobs.put = async (job) => {
      if (world.batch.jobs.length === 0) restore = world.store.remember();
      return put(job);
    };
    await drop(world, KEY, fileOf(10));
    restore();
    world.clock.pass(world.timings.stalledPlanMs + 1);
    expect(await sweepFor(1)).toEqual([]);
    await runAll(world);
    expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 10, results: 10, errors: 0 } });
    expect(new Set(world.batch.jobs.map(({ inputKey }) => inputKey)).size).toBe(world.batch.jobs.length);
  });

  test("from the middle of a plan that fails there again: what it queued does not wait for the next sweep", async () => {
    const { put } = world.store.jobs;
    let goodPuts = 0;
    world.store.jobs.put = async (job) => {
      if (goodPuts-- <= 0) throw new Error("The table is down.");
      return put(job);
    };
    await expect(drop(world, KEY, fileOf(10))).rejects.toThrow("down");
    goodPuts = 1;
    world.clock.pass(world.timings.stalledPlanMs + 1);
    await sweep(world);
    await deliver(world);
    expect(world.batch.running).toHaveLength(1);
  });

  test("from the middle of a plan whose lane had been renamed: what it queued does not wait for the next sweep", async () => {
    const { put } = world.store.jobs;
    world.store.jobs.put = async () => {
      throw new Error("The instance died here.");
    };
    await expect(drop(world, KEY, fileOf(3))).rejects.toThrow("died");
    const { claude } = world.settings.lanes;
    world.settings = { ...world.settings, lanes: { haiku: claude! } };
    world.settingsVersion = 1;
    let restore = () => {};
    world.store.jobs.put = async (job) => {
      const isNew = await put(job);
      restore = world.store.remember();
      return isNew;
    };
    await plan(world, KEY);
    await runAll(world);
    restore();
    world.clock.pass(world.timings.stalledPlanMs + 1);
    await sweep(world);
    await deliver(world);
    const [job] = (await world.store.jobs.ofSubmission((await theSubmission())!.submissionId, 1)).items;
    expect(job?.status).not.toBe("Pending");
    expect(world.batch.jobs).toHaveLength(1);
  });

  test("from the middle of a plan whose lane was renamed as it went on: what it had put is met in its new lane", async () => {
    const { jobs, queue } = world.store;
    const [putJob, putEntry] = [jobs.put, queue.put];
    jobs.put = async () => {
      throw new Error("The table is down.");
    };
    await expect(drop(world, KEY, fileOf(10))).rejects.toThrow("down");
    jobs.put = putJob;
    const { claude } = world.settings.lanes;
    world.settings = { ...world.settings, lanes: { haiku: claude! } };
    world.settingsVersion = 1;
    let restore: (() => void) | undefined;
    queue.put = async (entry) => {
      restore ??= world.store.remember();
      return putEntry(entry);
    };
    await plan(world, KEY);
    await runAll(world);
    restore?.();
    world.clock.pass(world.timings.stalledPlanMs + 1);
    await sweep(world);
    await deliver(world);
    const found = await jobs.ofSubmission((await theSubmission())!.submissionId, 10);
    expect(found.items.map(({ status }) => status)).toEqual(["Submitted", "Submitted", "Submitted"]);
  });

  test.each(["before", "after"])(
    "from the middle of a plan, %s its job was collected: a job whose event comes before its entry is looked after",
    async (when) => {
      let restore: (() => void) | undefined;
      const { put } = world.store.queue;
      world.store.queue.put = async (entry) => {
        restore ??= world.store.remember();
        return put(entry);
      };
      await drop(world, KEY, fileOf(4));
      const [running] = world.batch.running;
      const scheduled = world.batch.move(running!.arn, "Scheduled");
      const end = await endJob(world, running!);
      if (when === "after") for (const take of [advance, collectEvent]) await take(world, end);
      restore?.();
      await advance(world, scheduled);
      world.clock.pass(world.timings.stalledPlanMs + 1);
      expect(await sweepFor(3)).toEqual([]);
      const [job] = (await world.store.jobs.ofSubmission((await theSubmission())!.submissionId, 10)).items;
      expect(job).toMatchObject({ status: "Completed", done: true });
      expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 4, results: 4, errors: 0 } });
    },
  );

  test("where two runs had prepared the drop, the one whose input Bedrock was given counts", async () => {
    const restore = world.store.remember();
    await drop(world, KEY, fileOf(4));
    const planKey = (await world.objects.keys("staging/")).find((key) => key.endsWith("plan.json"))!;
    const [, submissionId, run] = planKey.split("/");
    // A run that came first by name, and died before its commit was refused.
    for (const key of await world.objects.keys(`staging/${submissionId}/${run}/`))
      await world.objects.put(
        key.replace(`/${run}/`, "/rum0/"),
        (await world.objects.text(key)).replaceAll(`/${run}/`, "/rum0/"),
      );
    restore();
    await plan(world, KEY);
    await runAll(world);
    expect(world.batch.jobs).toHaveLength(1);
    expect(await theSubmission()).toMatchObject({ status: "Done", counts: { records: 4, results: 4, errors: 0 } });
  });

  test("from before its results were joined, with a plain path that another drop has now: both have theirs", async () => {
    const restore = world.store.remember();
    await drop(world, KEY, fileOf(3, "first"));
    await runAll(world);
    const before = await processed(world);
    restore();
    world.clock.pass(1_000);
    const second = await drop(world, KEY, fileOf(3, "second"));
    await runAll(world);
    expect(await processed(world)).toMatchObject(before);
    expect(await idsIn(world, `${HOME}${second}/results.jsonl`)).toEqual(["second0", "second1", "second2"]);
  });
});

describe("the table forgets", () => {
  test("no job of a submission before the submission is done, however long it is open", async () => {
    world = smallWorld({ limit: 1 });
    const forgettable: [jobId: string, status: string | undefined][] = [];
    const { markDone } = world.store.jobs;
    world.store.jobs.markDone = async (jobId, submissionHasEnded) => {
      if (submissionHasEnded) forgettable.push([jobId, (await theSubmission())?.status]);
      return markDone(jobId, submissionHasEnded);
    };
    await drop(world, KEY, fileOf(8));
    const jobIds = [...((await theSubmission())?.openJobs ?? [])];
    const event = await endJob(world, world.batch.running[0]!);
    await advance(world, event);
    await collectEvent(world, event);
    world.clock.pass(91 * DAY_MS);
    expect(forgettable).toEqual([]);
    await runAll(world);
    expect(await idsIn(world, `${HOME}results.jsonl`)).toHaveLength(8);
    expect(forgettable.sort()).toEqual(jobIds.sort().map((jobId) => [jobId, "Done"]));
  });
});
