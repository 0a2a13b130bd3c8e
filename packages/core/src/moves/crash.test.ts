import { aWorld, Crash, type MemoryWorld, mortal, queueJobs } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { Sighting } from "../slots/bring-forward.ts";
import { refill } from "../slots/refill.ts";
import type { World } from "../world.ts";
import { advance } from "./advance.ts";
import { sweep } from "./sweep.ts";

const LANE = "claude";
/** More calls than any story here makes; the last of them are stories without a crash. */
const MOST_CALLS = 60;

/** Lets an instance die at its n-th call; true if it lived that long. */
async function dies(move: (world: World) => Promise<unknown>, world: World, survives: number, answerLost: boolean) {
  try {
    await move(mortal(world, survives, answerLost));
    return false;
  } catch (error) {
    // A sweep tries its other passes too, and then tells what the first of them met.
    if (error instanceof Crash || (error as Error).cause instanceof Crash) return true;
    throw error;
  }
}

/** What must hold at any time: never over the limit, and one job in Bedrock for one of ours. */
async function expectSound(world: MemoryWorld) {
  expect(world.batch.running.length).toBeLessThanOrEqual(3);
  const names = world.batch.jobs.map(({ jobName }) => jobName);
  expect(new Set(names).size).toBe(names.length);
}

/** What must hold at rest: the slots are full or the queue is empty, and every claim is finished. */
async function expectBusy(world: MemoryWorld) {
  await expectSound(world);
  const lane = await world.store.lanes.get(LANE);
  expect(lane?.claiming).toEqual(new Set());
  const waiting = await world.store.queue.count(LANE, 100);
  expect(lane?.holders.size === 3 || waiting === 0, `${lane?.holders.size} slots held, ${waiting} jobs wait`).toBe(
    true,
  );
  expect(world.batch.running).toHaveLength(lane!.holders.size);
}

/** Ends jobs one after the other until none is left; every end brings its event. */
async function runToTheEnd(world: MemoryWorld) {
  for (let i = 0; i < 20 && world.batch.running.length > 0; i++) {
    await advance(world, world.batch.move(world.batch.running[0]!.arn, "Completed") as Sighting);
    await expectBusy(world);
  }
  expect(world.batch.jobs).toHaveLength(5);
  expect(await world.store.lanes.get(LANE)).toMatchObject({ holders: new Set() });
}

const points = Array.from({ length: MOST_CALLS }, (_, n) => [n, false] as const).concat(
  Array.from({ length: MOST_CALLS }, (_, n) => [n, true] as const) as never,
);

describe("an instance that dies anywhere in a refill", () => {
  test.each([
    ["the next refill", refill],
    ["the sweep", (world: World) => sweep(world)],
  ] as const)("is repaired by %s", async (_name, repair) => {
    let crashes = 0;
    for (const [survives, answerLost] of points) {
      const world = aWorld();
      await queueJobs(world, 5);
      if (await dies((w) => refill(w, LANE), world, survives, answerLost)) crashes++;
      await expectSound(world);
      world.clock.pass(world.timings.leaseMs + 1);
      await repair(world, LANE);
      await expectBusy(world);
      await runToTheEnd(world);
    }
    expect(crashes, "the stories did crash").toBeGreaterThan(20);
  });

  test("is repaired by the event of any job of its lane, in the middle of it", async () => {
    for (const [survives, answerLost] of points) {
      const world = aWorld();
      await queueJobs(world, 5);
      await dies((w) => refill(w, LANE), world, survives, answerLost);
      world.clock.pass(world.timings.leaseMs + 1);
      for (const { arn } of [...world.batch.running])
        await advance(world, world.batch.move(arn, "InProgress") as Sighting);
      await refill(world, LANE);
      await runToTheEnd(world);
    }
  });
});

describe("an instance that dies anywhere in an advance", () => {
  test.each([
    ["the event's retry", async (world: World, event: Sighting) => advance(world, event)],
    ["the sweep", async (world: World) => sweep(world)],
  ] as const)("is repaired by %s", async (_name, repair) => {
    let crashes = 0;
    for (const [survives, answerLost] of points) {
      const world = aWorld();
      await queueJobs(world, 5);
      await refill(world, LANE);
      const event = world.batch.move(world.batch.jobs[0]!.arn, "Completed") as Sighting;
      if (await dies((w) => advance(w, event), world, survives, answerLost)) crashes++;
      world.clock.pass(world.timings.leaseMs + 1);
      await repair(world, event);
      await expectBusy(world);
      expect(world.batch.running).toHaveLength(3);
      await runToTheEnd(world);
    }
    expect(crashes, "the stories did crash").toBeGreaterThan(20);
  });
});

describe("an instance that dies anywhere in a sweep", () => {
  test("is repaired by the next sweep", async () => {
    for (const [survives, answerLost] of points) {
      const world = aWorld();
      await queueJobs(world, 5);
      await refill(world, LANE);
      for (const { arn } of [...world.batch.running].slice(0, 2)) world.batch.move(arn, "Completed");
      await dies((w) => sweep(w), world, survives, answerLost);
      world.clock.pass(world.timings.leaseMs + 1);
      await sweep(world);
      await expectBusy(world);
      await runToTheEnd(world);
    }
  });
});

describe("several instances at once", () => {
  test("ten refills together win each slot once", async () => {
    const world = aWorld();
    await queueJobs(world, 5);
    await Promise.all(Array.from({ length: 10 }, () => refill(world, LANE)));
    await expectBusy(world);
    await runToTheEnd(world);
  });
});
