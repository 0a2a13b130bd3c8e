import { endJob, type MemoryWorld } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { refill } from "../slots/refill.ts";
import type { World } from "../world.ts";
import { collect, collectEvent } from "./collect.ts";
import { DAY_MS, deliver, drop, fileOf, MINUTE_MS, smallWorld } from "./move-stories.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";

const LANE = "claude";
const KEY = "to-process/a.jsonl";

let world: MemoryWorld;
beforeEach(() => {
  world = smallWorld();
});

/** The world as an instance sees it whose clock is so far ahead of the time. */
const ahead = (offMs: number): World => ({ ...world, clock: { now: () => world.clock.now() + offMs } });
const theJob = async () => {
  const [submission] = (await world.store.submissions.newest(1)).items;
  const { items } = await world.store.jobs.ofSubmission(submission!.submissionId, 1);
  return items[0]!;
};
/** Lets half an hour pass with its sweep and its messages, so often as needed; the hours that it took. */
async function hoursUntil(isSo: () => boolean | Promise<boolean>): Promise<number> {
  for (let halves = 0; halves < 120; halves++) {
    if (await isSo()) return halves / 2;
    world.clock.pass(30 * MINUTE_MS);
    await sweep(world);
    await deliver(world);
  }
  return Number.POSITIVE_INFINITY;
}

describe("a clock that is far off", () => {
  test("eleven minutes ahead ends no claim whose call took effect unseen", async () => {
    world.batch.faults.push("lost");
    world.batch.listingLag = 1;
    await drop(world, KEY, fileOf(3));
    expect(world.batch.running).toHaveLength(1);
    world.batch.faults.push({ kind: "invalid", message: "The name is taken." });
    await refill(ahead(11 * MINUTE_MS), LANE);
    expect(await theJob()).toMatchObject({ status: "Claimed" });
    world.batch.listingLag = 0;
    await hoursUntil(async () => (await theJob()).status === "Submitted");
    expect(await theJob()).toMatchObject({ status: "Submitted", arn: world.batch.running[0]!.arn });
    expect(world.batch.jobs).toHaveLength(1);
  });

  test("minutes ahead keeps nothing waiting that is due at once", async () => {
    world = smallWorld({ limit: 0 });
    await drop(world, KEY, fileOf(3));
    const { claude } = world.settings.lanes;
    world.settings = { ...world.settings, lanes: { haiku: { ...claude!, limit: 1 } } };
    world.settingsVersion = 1;
    await refill(ahead(11 * MINUTE_MS), LANE);
    await deliver(world);
    expect(world.batch.running).toHaveLength(1);
  });

  test.each([
    ["a day ahead", DAY_MS],
    ["a day behind", -DAY_MS],
  ])("%s proves nothing at two look-ups that follow one another", async (_, offMs) => {
    world.batch.faults.push("lost");
    world.batch.listingLag = 1;
    await drop(world, KEY, fileOf(3));
    for (let times = 0; times < 3; times++) {
      world.batch.faults.push({ kind: "invalid", message: "The name is taken." });
      await refill(ahead(times * offMs + world.timings.leaseMs + 1), LANE);
      world.clock.pass(MINUTE_MS);
    }
    expect(await theJob()).toMatchObject({ status: "Claimed" });
  });

  test("a day ahead blocks its lane for as long as a block can last, and no longer", async () => {
    world = smallWorld({ quota: 0 });
    await world.objects.put(KEY, fileOf(3));
    await plan(ahead(DAY_MS), KEY);
    world.batch.quota = 3;
    expect(await hoursUntil(() => world.batch.jobs.length > 0)).toBeLessThanOrEqual(0.5);
  });

  test("a day ahead blocks a model for as long as a block can last, and no longer", async () => {
    world.batch.faults.push({ kind: "denied", message: "The use case form is missing." });
    await world.objects.put(KEY, fileOf(3));
    await plan(ahead(DAY_MS), KEY);
    expect((await world.store.lanes.get(LANE))?.modelBlocks.size).toBe(1);
    expect(await hoursUntil(() => world.batch.jobs.length > 0)).toBeLessThanOrEqual(0.5);
    expect((await world.store.lanes.get(LANE))?.modelBlocks.size).toBe(0);
  });

  test("a day ahead leases its claim for as long as a lease can last, and no longer", async () => {
    world.batch.faults.push({ kind: "unknown", message: "No answer." });
    await world.objects.put(KEY, fileOf(3));
    await plan(ahead(DAY_MS), KEY);
    expect(await theJob()).toMatchObject({ status: "Claimed" });
    expect(await hoursUntil(() => world.batch.jobs.length > 0)).toBeLessThanOrEqual(0.5);
  });

  test("a day ahead leaves its lane's listing to the next event", async () => {
    await drop(world, KEY, fileOf(3));
    await sweep(ahead(DAY_MS));
    const [job] = world.batch.running;
    world.batch.move(job!.arn, "InProgress");
    await world.messages.wake(LANE, world.clock.now());
    await deliver(world);
    expect((await theJob()).status).toBe("InProgress");
  });

  test("a day ahead makes nobody wait a day for the output of a job that failed", async () => {
    await drop(world, KEY, fileOf(3));
    const event = await endJob(world, world.batch.running[0]!, { status: "Failed" });
    await collectEvent(ahead(DAY_MS), event);
    expect(await hoursUntil(async () => (await theJob()).status === "Failed" && (await isDone()))).toBeLessThanOrEqual(
      1,
    );
  });

  test("a day ahead settles no job whose output Bedrock may still write", async () => {
    await drop(world, KEY, fileOf(3));
    const event = await endJob(world, world.batch.running[0]!, { status: "Failed" });
    await collectEvent(world, event);
    await collect(ahead(DAY_MS), (await theJob()).jobId, 0);
    expect(await isDone()).toBe(false);
  });

  test("a day ahead gives no drop a later place in the queue, and a day behind no earlier one", async () => {
    world = smallWorld({ limit: 0 });
    const keys = ["to-process/1.jsonl", "to-process/2.jsonl", "to-process/3.jsonl"];
    for (const [n, key] of keys.entries()) {
      await world.objects.put(key, fileOf(2, `d${n}-`));
      await plan(ahead((1 - n) * DAY_MS), key);
      world.clock.pass(MINUTE_MS);
    }
    const entries = await world.store.queue.head(LANE, 10);
    const jobs = await Promise.all(entries.map(({ jobId }) => world.store.jobs.get(jobId)));
    const order = await Promise.all(jobs.map((job) => world.store.submissions.get(job!.submissionId)));
    expect(order.map((submission) => submission?.key)).toEqual(keys);
  });

  test("a day ahead, which planned half a drop, does not keep the sweep from going on with it", async () => {
    const { open } = world.store.submissions;
    world.store.submissions.open = async () => {
      throw new Error("The instance died here.");
    };
    await world.objects.put(KEY, fileOf(3));
    await expect(plan(ahead(DAY_MS), KEY)).rejects.toThrow("died");
    world.store.submissions.open = open;
    await sweep(world);
    expect((await world.store.submissions.newest(1)).items).toMatchObject([{ status: "Open" }]);
  });
});

async function isDone(): Promise<boolean> {
  const job = await theJob();
  return "done" in job && job.done;
}
