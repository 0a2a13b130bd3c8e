import { aWorld, type MemoryWorld, queueJobs } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { BedrockStatus } from "../job/status.ts";
import { refill } from "../slots/refill.ts";
import { sweep } from "./sweep.ts";
import { wake } from "./wake.ts";

const LANE = "claude";

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld();
});

/** Moves one of Bedrock's jobs; its event is lost. */
const moveSilently = (index: number, status: BedrockStatus) => world.batch.move(world.batch.jobs[index]!.arn, status);

/** Waits for the next wake message, and delivers it; how long that took, or undefined if there is none. */
async function deliverNext(): Promise<number | undefined> {
  for (let message = world.messages.take(); message !== undefined; message = world.messages.take()) {
    if (message.kind !== "wake") continue;
    const afterMs = Math.max(0, message.at - world.clock.now());
    world.clock.pass(afterMs);
    await wake(world, message.lane, message.at);
    return afterMs;
  }
  return undefined;
}

test("a wake message that comes early is sent again, one that is due refills", async () => {
  const [job] = await queueJobs(world, 1);
  const at = world.clock.now() + 1;
  await wake(world, LANE, at);
  expect(world.messages.take()).toMatchObject({ kind: "wake", lane: LANE, at });
  world.clock.pass(1);
  await wake(world, LANE, at);
  expect((await world.store.jobs.get(job!.jobId))?.status).toBe("Submitted");
});

test("what is to be done at once is done at once, though the clock of whoever asks for it is an hour ahead", async () => {
  const jobs = await queueJobs(world, 2);
  const { models, ...lane } = world.settings.lanes[LANE]!;
  const before = world.settings;
  world.settings = {
    ...before,
    lanes: {
      ...before.lanes,
      [LANE]: { ...lane, models: ["meta.llama3-1-8b-instruct-v1:0"] },
      other: { ...lane, models },
    },
  };
  world.settingsVersion = 1;
  const ahead = { now: () => world.clock.now() + 60 * 60_000 };
  await refill({ ...world, clock: ahead }, LANE);
  const message = world.messages.take(world.clock.now());
  if (message?.kind === "wake") await wake(world, message.lane, message.at);
  expect(await Promise.all(jobs.map(async ({ jobId }) => (await world.store.jobs.get(jobId))?.status))).toEqual([
    "Submitted",
    "Submitted",
  ]);
});

test("a wake message of a lane that nobody knows does nothing", async () => {
  await wake(world, "no-such-lane", 0);
  expect(world.messages.waiting).toEqual([]);
});

describe("where Bedrock's events stay away", () => {
  test("one end that was missed has the lane looked at five minutes on, and a slot waits no longer than that", async () => {
    await queueJobs(world, 9);
    await refill(world, LANE);
    moveSilently(0, "Completed");
    await sweep(world);
    for (const index of [1, 2, 3]) {
      moveSilently(index, "Completed");
      expect(world.batch.running).toHaveLength(2);
      expect(await deliverNext()).toBe(world.timings.rideMs + 1);
      expect(world.batch.running).toHaveLength(3);
    }
  });

  test("also where the lane has but one slot", async () => {
    await queueJobs(world, 3);
    await refill(world, LANE);
    await world.store.lanes.setLimit(LANE, 1);
    for (const index of [0, 1, 2]) moveSilently(index, "Completed");
    await sweep(world);
    expect(await deliverNext()).toBe(world.timings.rideMs + 1);
  });

  test("the lane is looked at until an hour after the last miss, by one message at a time", async () => {
    await queueJobs(world, 9);
    await refill(world, LANE);
    moveSilently(0, "Completed");
    await Promise.all([sweep(world), sweep(world)]);
    const begin = world.clock.now();
    let listings = 0;
    world.batch.list = new Proxy(world.batch.list, {
      apply: (list, self, args) => {
        listings++;
        return Reflect.apply(list, self, args);
      },
    });
    while ((await deliverNext()) !== undefined) expect(world.messages.waiting.length).toBeLessThanOrEqual(2);
    expect(listings).toBe(Math.floor(world.timings.watchMs / world.timings.rideMs));
    expect(world.clock.now() - begin).toBeGreaterThanOrEqual(world.timings.watchMs);
    await sweep(world);
    expect(await deliverNext(), "nothing was missed since").toBeUndefined();
  });

  test("a lane in which nothing runs is left alone", async () => {
    await queueJobs(world, 1);
    await refill(world, LANE);
    moveSilently(0, "Completed");
    await sweep(world);
    await deliverNext();
    expect(await deliverNext()).toBeUndefined();
  });

  test("lanes that missed nothing are not watched", async () => {
    await queueJobs(world, 9);
    await refill(world, LANE);
    await sweep(world);
    expect(await deliverNext()).toBeUndefined();
  });
});

test("a claim that is left is looked at every five minutes, whatever clock it is leased by", async () => {
  const [job] = await queueJobs(world, 1);
  world.batch.faults.push({ kind: "unknown", message: "It timed out." });
  const ahead = { now: () => world.clock.now() + 12 * 60_000 };
  await refill({ ...world, clock: ahead }, LANE);
  while (world.messages.take() !== undefined);
  await sweep(world);
  let waitedMs = 0;
  for (let n = 0; n < 6 && (await world.store.jobs.get(job!.jobId))?.status === "Claimed"; n++) {
    const afterMs = (await deliverNext()) ?? Number.NaN;
    expect(afterMs).toBeLessThanOrEqual(world.timings.rideMs + 1);
    waitedMs += afterMs;
  }
  expect((await world.store.jobs.get(job!.jobId))?.status).toBe("Submitted");
  expect(waitedMs).toBeGreaterThan(world.timings.rideMs);
  expect(waitedMs).toBeLessThanOrEqual(12 * 60_000 + world.timings.leaseMs + world.timings.rideMs);
});

describe("what a listing says of an end that it found", () => {
  const toldAfter = async (delayMs: number) => {
    await queueJobs(world, 1);
    await refill(world, LANE);
    moveSilently(0, "Completed");
    world.clock.pass(delayMs);
    await sweep(world);
    return world.entries.filter(({ event }) => event === "lostEventRepaired" || event === "endFoundFirst");
  };

  test("its event was lost, if it should have been here by now", async () => {
    expect(await toldAfter(world.timings.eventMs + 1)).toMatchObject([{ level: "warn", event: "lostEventRepaired" }]);
  });

  test("nothing of a loss, while its event may be on its way", async () => {
    expect(await toldAfter(world.timings.eventMs)).toMatchObject([{ level: "info", event: "endFoundFirst" }]);
  });
});
