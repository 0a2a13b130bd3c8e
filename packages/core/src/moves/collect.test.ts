import { aWorld, endJob, type MemoryWorld, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { Sighting } from "../slots/bring-forward.ts";
import { homeOf } from "../slots/home.ts";
import { refill } from "../slots/refill.ts";
import { advance } from "./advance.ts";
import { collect, collectEvent } from "./collect.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";

const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const NOVA = "amazon.nova-lite-v1:0";
const KEY = "to-process/a.jsonl";
const HOME = "processed/a.jsonl/";
const MINUTE_MS = 60_000;

const record = (id: string) =>
  `{"recordId":"${id}","modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"${id}"}]}}`;
const file = (...ids: string[]) => ids.map((id) => `${id === "-" ? "broken" : record(id)}\n`).join("");
const IDS = ["a", "b", "c", "d", "e", "f"];

let world: MemoryWorld;
beforeEach(() => {
  const lane = { limit: 3, maxRecords: 4, minRecords: 2 };
  const lanes = { claude: { ...lane, models: [MODEL] }, nova: { ...lane, models: [NOVA] } };
  world = aWorld({ settings: settings({ lanes, routes: {} }) });
});

async function deliver() {
  for (let n = 0; n < 100; n++) {
    const message = world.messages.take(world.clock.now());
    if (message === undefined) return;
    if (message.kind === "collect") await collect(world, message.jobId, message.at);
  }
}

/** Drops a file and plans it. */
async function dropped(content: string) {
  await world.objects.put(KEY, content);
  await plan(world, KEY);
}

/** Ends every job, and lets something happen to the bucket before anybody collects. */
async function ended(meanwhile: () => unknown = () => {}, end = {}): Promise<Sighting[]> {
  const events: Sighting[] = [];
  for (const job of [...world.batch.running]) events.push(await endJob(world, job, end));
  await meanwhile();
  for (const event of events) await advance(world, event);
  return events;
}

const lines = async (name: string) => {
  const text: string = await world.objects.text(HOME + name);
  return text.split("\n").slice(0, -1);
};
const idsIn = async (name: string) => (await lines(name)).map((line) => JSON.parse(line).recordId);
const summary = async () => JSON.parse(await world.objects.text(`${HOME}summary.json`));
const eventsOf = (name: string) => world.entries.filter(({ event }) => event === name);
const keysOf = (prefix: string): Promise<string[]> | string[] => world.objects.keys(prefix);
const expectSweptUp = async () =>
  expect((await world.objects.keys()).filter((key) => !/^(to-process|processed)\//.test(key))).toEqual([]);

describe("a prepared input that is not what was planned", () => {
  const inputs = async () => (await keysOf("staging/")).filter((key) => key.includes("part-"));
  const replaced = async () => {
    for (const key of await inputs()) await world.objects.put(key, file("x", "y", "z"));
  };
  const deleted = async () => world.objects.delete([...(await keysOf("staging/"))]);
  const fresh = async () => {
    await world.objects.put(KEY, file("x", "y"));
  };

  test.each([
    ["deleted, with all that lay beside it", deleted],
    ["replaced", replaced],
  ])("because it was %s, is made again of the dropped file", async (_, lose) => {
    await dropped(file("a", "b", "-", "c", "d", "e", "f"));
    for (const event of await ended(lose, { skips: (id: string) => id === "c", refuses: (id: string) => id === "e" }))
      await collectEvent(world, event);
    expect(await idsIn("results.jsonl")).toEqual(["a", "b", "d", "f"]);
    const errors = (await lines("errors.jsonl")).map((line) => JSON.parse(line));
    expect(errors).toMatchObject([{ line: 3 }, { recordId: "c" }, { recordId: "e", error: { code: "ModelError" } }]);
    expect(errors[2].modelInput).toEqual(JSON.parse(record("e")).modelInput);
    expect(await summary()).toMatchObject({ status: "Done", counts: { records: 7, results: 4, errors: 3 } });
    expect(eventsOf("inputLost").length).toBeGreaterThan(0);
    await expectSweptUp();
  });

  test("with a dropped file that is another one by now: what Bedrock wrote names the records, the rest are told", async () => {
    await dropped(file("a", "b", "-", "c", "d", "e", "f"));
    const lose = async () => {
      await deleted();
      await fresh();
    };
    for (const event of await ended(lose, { skips: (id: string) => id === "c", refuses: (id: string) => id === "e" }))
      await collectEvent(world, event);
    expect((await idsIn("results.jsonl")).sort()).toEqual(["a", "b", "d", "f"]);
    const errors = (await lines("errors.jsonl")).map((line) => JSON.parse(line));
    expect(errors.map(({ recordId, error }) => [recordId, error.code, error.source])).toEqual([
      [undefined, "RecordLost", "input"],
      [undefined, "RecordLost", "job"],
      ["e", "ModelError", "model"],
    ]);
    expect(await summary()).toMatchObject({ status: "Done", counts: { records: 7, results: 4, errors: 3 } });
    await expectSweptUp();
  });

  test("is not made of a dropped file that yields other records than were planned, because the settings changed", async () => {
    await dropped(file("a", "bbbbbbbb", "c"));
    const [event] = await ended(deleted, { skips: (id: string) => id === "c" });
    const lane = { ...world.settings.lanes["claude"]!, maxBytes: new TextEncoder().encode(file("a")).length };
    world.settings = { ...world.settings, lanes: { ...world.settings.lanes, claude: lane } };
    await collectEvent(world, event!);
    expect((await idsIn("results.jsonl")).sort()).toEqual(["a", "bbbbbbbb"]);
    expect((await lines("errors.jsonl")).map((line) => JSON.parse(line))).toMatchObject([
      { error: { code: "RecordLost", message: expect.stringMatching(/your own copy/) } },
    ]);
    await expectSweptUp();
  });

  test("is made again also where its lane is no longer in the settings", async () => {
    await dropped(file("a", "b", "c"));
    const [event] = await ended(deleted, { skips: (id: string) => id === "c" });
    const { nova } = world.settings.lanes;
    world.settings = { ...world.settings, lanes: { nova: nova! } };
    await collectEvent(world, event!);
    expect(await idsIn("results.jsonl")).toEqual(["a", "b"]);
    expect(await idsIn("errors.jsonl")).toEqual(["c"]);
  });

  test("is made again also where a later job of the plan is in no table yet", async () => {
    const { put } = world.store.jobs;
    world.store.jobs.put = async (job) => {
      if (job.slice > 0) throw new Error("The table is down.");
      return put(job);
    };
    await expect(dropped(file("a", "b", "c", "d", "e", "f"))).rejects.toThrow("down");
    world.store.jobs.put = put;
    const [submission] = (await world.store.submissions.newest(1)).items;
    await refill(world, homeOf(world, submission!));
    const [running] = world.batch.running;
    const [event] = await ended(() => world.objects.delete([running!.request.inputKey]));
    await collectEvent(world, event!);
    await plan(world, KEY);
    await deliver();
    for (const late of await ended()) await collectEvent(world, late);
    expect(await idsIn("results.jsonl")).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("before Bedrock read it: its answers belong to nobody and are kept, and every record is an error", async () => {
    await dropped(file("a", "b", "c", "d"));
    await replaced();
    for (const event of await ended()) await collectEvent(world, event);
    expect(await idsIn("results.jsonl")).toEqual([]);
    expect(await idsIn("errors.jsonl")).toEqual(["a", "b", "c", "d"]);
    expect((await idsIn("strays.jsonl")).sort()).toEqual(["x", "y", "z"]);
    expect(await summary()).toMatchObject({ status: "Done", strayAnswers: 3 });
    await expectSweptUp();
  });
});

describe("two collects of one job at once", () => {
  test("say once that the submission is done, and neither fails", async () => {
    for (let delay = 0; delay < 60; delay++) {
      const lane = { limit: 3, maxRecords: 4, minRecords: 2 };
      const lanes = { claude: { ...lane, models: [MODEL] }, nova: { ...lane, models: [NOVA] } };
      world = aWorld({ settings: settings({ lanes, routes: {} }) });
      await dropped(file("a", "-", "b", "c"));
      const [event] = await ended();
      const late = async () => {
        for (let turn = 0; turn < delay; turn++) await Promise.resolve();
        await collectEvent(world, event!);
      };
      await Promise.all([collectEvent(world, event!), late()]);
      expect(eventsOf("submissionDone")).toHaveLength(1);
      expect(eventsOf("inputLost")).toEqual([]);
      expect(await idsIn("results.jsonl")).toEqual(["a", "b", "c"]);
      await expectSweptUp();
    }
  });
});

describe("an output that never agrees with its manifest", () => {
  const manifests = async () => (await keysOf("output/")).filter((key) => key.endsWith("manifest.json.out"));
  const end = { skips: (id: string) => id === "b" };
  const withoutManifest = async () => world.objects.delete(await manifests());

  test("is asked for ever more seldom, and an hour after the end settled on what there is", async () => {
    await dropped(file("a", "b", "c"));
    const [event] = await ended(withoutManifest, end);
    const endedAt = world.clock.now();
    await collectEvent(world, event!);
    let asked = 1;
    for (; eventsOf("submissionDone").length === 0 && world.clock.now() - endedAt < 61 * MINUTE_MS; ) {
      world.clock.pass(MINUTE_MS);
      const before = eventsOf("outputAwaited").length;
      await deliver();
      asked += eventsOf("outputAwaited").length - before;
    }
    expect(world.clock.now() - endedAt).toBe(60 * MINUTE_MS);
    expect(asked).toBeLessThan(10);
    expect(await idsIn("results.jsonl")).toEqual(["a", "c"]);
    expect(await idsIn("errors.jsonl")).toEqual(["b"]);
    expect(eventsOf("outputGivenUp")).toMatchObject([{ level: "error", message: expect.stringMatching(/manifest/) }]);
    expect(await summary()).toMatchObject({
      jobs: [{ incomplete: expect.stringMatching(/not there or not readable/) }],
    });
  });

  test("is settled as soon as it does", async () => {
    await dropped(file("a", "b", "c"));
    let kept = "";
    const hide = async () => {
      kept = await world.objects.text((await manifests())[0]!);
      await withoutManifest();
    };
    const [event] = await ended(hide, end);
    const key = (await keysOf("output/"))[0]!.replace(/[^/]*$/, "manifest.json.out");
    await collectEvent(world, event!);
    await world.objects.put(key, kept);
    world.clock.pass(world.timings.graceMs);
    await deliver();
    expect(await idsIn("errors.jsonl")).toEqual(["b"]);
    expect(eventsOf("outputGivenUp")).toEqual([]);
  });

  test("is settled by the sweep where every message is lost", async () => {
    await dropped(file(...IDS));
    const events = await ended(withoutManifest, end);
    for (const event of events) await collectEvent(world, event);
    world.messages.take(Number.MAX_SAFE_INTEGER);
    world.clock.pass(61 * MINUTE_MS);
    await sweep(world);
    await deliver();
    expect(await summary()).toMatchObject({ status: "Done", counts: { records: 6, results: 5, errors: 1 } });
  });
});
