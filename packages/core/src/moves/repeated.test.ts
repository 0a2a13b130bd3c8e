import { aWorld, type MemoryWorld, mortal } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { submissionIdOf } from "../ids.ts";
import { findDrops } from "./drops.ts";
import { plan, resumePlan } from "./plan.ts";

const KEY = "to-process/sync/a.jsonl";
const bytes = (count = 100) =>
  Array.from({ length: count }, (_, n) => {
    const messages = [{ role: "user", content: "Hi" }];
    const modelInput = { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages };
    return `${JSON.stringify({ recordId: `r${n}`, modelInput })}\n`;
  }).join("");

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld();
});

const submissions = async () => (await world.store.submissions.newest(100)).items;
const statuses = async () => (await submissions()).map(({ status, problem }) => problem?.code ?? status);
/** How many jobs were ever asked of Bedrock or wait to be. */
const jobs = async () =>
  (await Promise.all((await submissions()).map(({ openJobs }) => openJobs.size))).reduce((a, b) => a + b, 0);

/** Copies the object onto itself a while later, and plans what S3 tells of. */
async function copied(metadata: Record<string, string> = {}, afterMs = 60_000) {
  world.clock.pass(afterMs);
  const head = world.objects.touch(KEY, metadata);
  await plan(world, KEY);
  return submissionIdOf(world.objects.bucket, head);
}

describe("the same content under the same key", () => {
  beforeEach(async () => {
    world.objects.put(KEY, bytes());
    await plan(world, KEY);
  });

  test("is not run again while it is open or done, and the other one is named", async () => {
    await copied();
    await copied({ colour: "blue" });
    expect(await statuses()).toEqual(["Repeated", "Repeated", "Open"]);
    expect(await jobs()).toBe(1);
    const [repeated, , open] = await submissions();
    expect(repeated?.problem?.message).toContain(`${open?.submissionId} (Open)`);
    expect(repeated?.problem?.message).toContain("sluice-again");
    expect(world.objects.keys("processed/")).toEqual([]);
    expect(world.entries.filter(({ event }) => event === "dropRepeated")).toHaveLength(2);
  });

  test("gets its free slot by its copy, where its own plan died when its jobs were queued", async () => {
    const key = "to-process/sync/b.jsonl";
    world.objects.put(key, bytes());
    const { get } = world.store.lanes;
    world.store.lanes.get = async () => {
      throw new Error("The instance died here.");
    };
    await expect(plan(world, key)).rejects.toThrow("died");
    world.store.lanes.get = get;
    const before = world.batch.jobs.length;
    world.clock.pass(60_000);
    world.objects.touch(key, {});
    await plan(world, key);
    expect(world.batch.jobs).toHaveLength(before + 1);
  });

  test("is run again by sluice-again, once for each value", async () => {
    await copied({ "sluice-again": "1" });
    await copied({ "sluice-again": "1" });
    await copied({ "sluice-again": "2" });
    expect(await statuses()).toEqual(["Open", "Repeated", "Open", "Open"]);
  });

  test("is run again by sluice-again within the same second as well", async () => {
    await copied({ "sluice-again": "1" }, 0);
    expect(await statuses()).toEqual(["Open", "Open"]);
  });

  test("within the same second for another model is one submission, and that is told", async () => {
    await copied({ "sluice-model": "amazon.nova-lite-v1:0" }, 0);
    expect(await statuses()).toEqual(["Open"]);
    expect(world.entries.at(-1)).toMatchObject({
      event: "dropRepeated",
      message: expect.stringContaining("sluice-again"),
    });
  });

  test("is run under another key, and with another ETag", async () => {
    world.objects.put("to-process/sync/b.jsonl", bytes());
    await plan(world, "to-process/sync/b.jsonl");
    world.clock.pass(1_000);
    world.objects.put(KEY, bytes());
    await plan(world, KEY);
    expect(await statuses()).toEqual(["Open", "Open", "Open"]);
  });

  test("is no lost drop of the daily pass, copied or run again", async () => {
    await copied();
    await copied({ "sluice-again": "1" });
    await findDrops(world);
    expect(world.messages.take(world.clock.now())?.kind).not.toBe("plan");
    expect(world.entries.map(({ event }) => event)).not.toContain("lostDropsFound");
  });
});

test("content that was refused is run when it is dropped again, and then no more", async () => {
  world.objects.put(KEY, bytes(), { "sluice-model": "no.such-model" });
  await plan(world, KEY);
  await copied({ "sluice-model": "no.such-model" });
  await copied();
  await copied();
  expect(await statuses()).toEqual(["Repeated", "Open", "UnknownModel", "UnknownModel"]);
});

test("wherever a plan dies, the content is run by one submission in the end, and by no second one", async () => {
  for (let survives = 0; survives < 12; survives++) {
    for (const answerLost of [false, true]) {
      world = aWorld();
      const first = world.objects.put(KEY, bytes());
      await plan(mortal(world, survives, answerLost), KEY).catch(() => {});
      await copied();
      // The sweep finds the one whose plan was interrupted, and sends a message.
      const stalled = await world.store.submissions.get(submissionIdOf(world.objects.bucket, first));
      if (stalled?.status === "Planning") await resumePlan(world, stalled);
      for (
        let message = world.messages.take(world.clock.now());
        message;
        message = world.messages.take(world.clock.now())
      )
        if (message.kind === "plan") await plan(world, message.key);
      expect((await statuses()).filter((status) => status === "Open")).toHaveLength(1);
      expect(await statuses()).not.toContain("Planning");
      expect(await jobs()).toBe(1);
      expect((await world.store.lanes.get("claude"))?.holders.size, "no slot waits for a sweep").toBe(1);
    }
  }
});
