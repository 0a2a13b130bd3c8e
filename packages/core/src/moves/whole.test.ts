import { aWorld, Crash, endJob, type JobEnd, type MemoryWorld, mortal, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { OutputIncomplete } from "../errors.ts";
import type { World } from "../world.ts";
import { advance } from "./advance.ts";
import { collect, collectEvent } from "./collect.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";
import { wake } from "./wake.ts";

const KEY = "to-process/日本 語/a=1+2%.jsonl";
const HOME = "processed/日本 語/a=1+2%.jsonl/";

const smallJobs = () =>
  settings({
    lanes: {
      claude: { models: ["anthropic.claude-3-haiku-20240307-v1:0"], limit: 3, maxRecords: 4, minRecords: 2 },
      nova: { models: ["amazon.nova-lite-v1:0"], limit: 3, maxRecords: 4, minRecords: 2 },
    },
    routes: { urgent: { model: "amazon.nova-lite-v1:0", priority: 9, allow: { models: "any" } } },
  });

const record = (recordId: string) =>
  JSON.stringify({
    recordId,
    modelInput: {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 9,
      messages: [{ role: "user", content: `say ${recordId}` }],
    },
  });
const file = (...lines: string[]) => `${lines.join("\n")}\n`;
const ids = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({ settings: smallJobs() });
});

/** Delivers the messages that are due, each to the move that it names. */
async function deliver(to: World = world) {
  for (let i = 0; i < 1_000; i++) {
    const message = world.messages.take(world.clock.now());
    if (message === undefined) return;
    if (message.kind === "wake") await wake(to, message.lane, message.at);
    else if (message.kind === "collect") await collect(to, message.jobId, message.at);
    else await plan(to, message.key);
  }
  throw new Error("The messages never end.");
}

/** Runs Bedrock until nothing is left: every job ends, and every end brings its events. */
async function runAll(end: JobEnd = {}) {
  for (let i = 0; i < 100; i++) {
    const [job] = world.batch.running;
    if (job === undefined) {
      world.clock.pass(world.timings.graceMs + 1);
      await deliver();
      if (world.batch.running.length === 0) return;
      continue;
    }
    const event = await endJob(world, job, end);
    await advance(world, event);
    await collectEvent(world, event);
    await deliver();
  }
  throw new Error("The jobs never end.");
}

const lines = async (key: string) => (await world.objects.text(key)).split("\n").filter((line) => line !== "");
const idsIn = async (key: string) => (await lines(key)).map((line) => JSON.parse(line).recordId);
const summary = async (home: string) => JSON.parse(await world.objects.text(`${home}summary.json`));
const submissions = async () => (await world.store.submissions.newest(100)).items;

/** Every record dropped is one line, in results or in errors, and nothing is left behind. */
async function expectWhole(home: string, dropped: readonly string[]) {
  const all = [...(await idsIn(`${home}results.jsonl`)), ...(await idsIn(`${home}errors.jsonl`))];
  expect(all.sort()).toEqual([...dropped].sort());
  const left = (await world.objects.keys()).filter((key) => !/^(to-process|processed)\//.test(key));
  expect(left, "what was prepared is deleted once the submission is done").toEqual([]);
}

describe("a dropped file", () => {
  test("comes back whole, in its own order, split over jobs", async () => {
    await world.objects.put(KEY, file(...ids(10).map(record)));
    await plan(world, KEY);
    expect(world.batch.running).toHaveLength(3);
    await runAll();
    expect(await idsIn(`${HOME}results.jsonl`)).toEqual(ids(10));
    expect(await lines(`${HOME}errors.jsonl`)).toEqual([]);
    expect(await summary(HOME)).toMatchObject({
      status: "Done",
      counts: { records: 10, results: 10, errors: 0 },
      tokens: { input: 21, output: 27 },
      jobs: [{ status: "Completed" }, { status: "Completed" }, { status: "Completed" }],
    });
    await expectWhole(HOME, ids(10));
    expect(await submissions()).toMatchObject([{ status: "Done", counts: { records: 10, results: 10, errors: 0 } }]);
  });

  test("with broken lines: those are errors, the others go on", async () => {
    await world.objects.put(KEY, file(record("a"), "{broken", record("b"), record("a"), record("c")));
    await plan(world, KEY);
    await runAll({ refuses: (id) => id === "b" });
    expect(await idsIn(`${HOME}results.jsonl`)).toEqual(["a", "c"]);
    const errors = (await lines(`${HOME}errors.jsonl`)).map((line) => JSON.parse(line));
    expect(errors.map(({ error }) => [error.source, error.code])).toEqual([
      ["input", "NotJson"],
      ["input", "RepeatedRecordId"],
      ["model", "ModelError"],
    ]);
    expect(errors[2]).toMatchObject({ recordId: "b", modelInput: { max_tokens: 9 } });
  });

  test.each(["Failed", "Expired", "Stopped"] as const)(
    "whose jobs end as %s: what has a result counts, the rest are errors with the reason",
    async (status) => {
      await world.objects.put(KEY, file(...ids(4).map(record)));
      await plan(world, KEY);
      await runAll({ status, skips: (id) => id !== "r2" });
      expect(await idsIn(`${HOME}results.jsonl`)).toEqual(["r2"]);
      expect((await lines(`${HOME}errors.jsonl`)).map((line) => JSON.parse(line).error.code)).toEqual(
        Array(3).fill(`Job${status}`),
      );
      await expectWhole(HOME, ids(4));
    },
  );

  test("whose job partially completed: what was delivered is used", async () => {
    await world.objects.put(KEY, file(...ids(4).map(record)));
    await plan(world, KEY);
    await runAll({ status: "PartiallyCompleted", skips: (id) => id === "r3" });
    expect(await idsIn(`${HOME}results.jsonl`)).toEqual(["r0", "r1", "r2"]);
    await expectWhole(HOME, ids(4));
  });

  test("that Bedrock refuses at once: every record is an error, and nobody waits for an event", async () => {
    await world.objects.put(KEY, file(...ids(3).map(record)));
    world.batch.faults.push({ kind: "invalid", message: "no such model" });
    await plan(world, KEY);
    await deliver();
    expect(await lines(`${HOME}errors.jsonl`)).toHaveLength(3);
    await expectWhole(HOME, ids(3));
  });

  test("without its manifest is never settled, and is once it is there", async () => {
    await world.objects.put(KEY, file(...ids(4).map(record)));
    await plan(world, KEY);
    const event = await endJob(world, world.batch.jobs[0]!, {});
    const manifest = (await world.objects.keys()).find((key) => key.endsWith("manifest.json.out"))!;
    const text = await world.objects.text(manifest);
    await world.objects.delete([manifest]);
    for (let i = 0; i < 3; i++) await expect(collectEvent(world, event)).rejects.toThrow(OutputIncomplete);
    await world.objects.put(manifest, text);
    await collectEvent(world, event);
    await expectWhole(HOME, ids(4));
  });

  test.each([
    ["too few records", file(record("a")), "BelowMinimum"],
    ["a JSON array", `[${record("a")},${record("b")}]`, "JsonArray"],
    ["nothing", "", "EmptyFile"],
  ])("with %s is refused with words, and its errors are where its results would be", async (_what, content, code) => {
    await world.objects.put(KEY, content);
    await plan(world, KEY);
    const [submission] = await submissions();
    expect(submission).toMatchObject({ status: "Refused", problem: { code, message: expect.stringMatching(/\w+/) } });
    const home = `${HOME}${submission!.submissionId}/`;
    expect(await summary(home)).toMatchObject({ status: "Refused", problem: { code } });
    expect(await lines(`${home}errors.jsonl`)).toHaveLength(1);
    expect(world.batch.requests).toHaveLength(0);
  });

  test.each([
    [{ "sluice-model": "nobody.knows" }, "UnknownModel"],
    [{ "sluice-priority": "12" }, "BadPriority"],
  ])("with metadata %j is refused, and each of its records is an error", async (metadata, code) => {
    await world.objects.put(KEY, file(...ids(4).map(record)), metadata);
    await plan(world, KEY);
    const [submission] = await submissions();
    expect(submission).toMatchObject({ status: "Refused", problem: { code } });
    await expectWhole(`${HOME}${submission!.submissionId}/`, ids(4));
  });

  test("is routed by its first folder, and its metadata wins over the route", async () => {
    await world.objects.put(
      "to-process/urgent/x.jsonl",
      file(
        ...ids(2).map(
          (id) => `{"recordId":"${id}","modelInput":{"messages":[{"role":"user","content":[{"text":"x"}]}]}}`,
        ),
      ),
    );
    await plan(world, "to-process/urgent/x.jsonl");
    world.clock.pass(1);
    await world.objects.put("to-process/urgent/y.jsonl", file(...ids(2).map(record)), {
      "sluice-model": "anthropic.claude-3-haiku-20240307-v1:0",
      "sluice-priority": "3",
    });
    await plan(world, "to-process/urgent/y.jsonl");
    expect(await submissions()).toMatchObject([
      { lane: "claude", route: "urgent", priority: 3 },
      { lane: "nova", route: "urgent", priority: 9 },
    ]);
    expect(world.batch.requests.map(({ modelId }) => modelId)).toEqual([
      "amazon.nova-lite-v1:0",
      "anthropic.claude-3-haiku-20240307-v1:0",
    ]);
  });

  test("announced twice is one submission", async () => {
    await world.objects.put(KEY, file(...ids(4).map(record)));
    await Promise.all([plan(world, KEY), plan(world, KEY)]);
    await plan(world, KEY);
    expect(await submissions()).toHaveLength(1);
    expect(world.batch.jobs).toHaveLength(1);
    expect(
      world.objects.keys("staging/").filter((key) => key.endsWith("plan.json")),
      "one run's files",
    ).toHaveLength(1);
    await runAll();
    await expectWhole(HOME, ids(4));
  });

  test("dropped again, even with the same bytes, is a new submission, and neither overwrites the other", async () => {
    for (const answer of ["first", "second"]) {
      await world.objects.put(KEY, file(...ids(4).map(record)));
      await plan(world, KEY);
      world.clock.pass(1_000);
      await runAll(answer === "first" ? {} : { skips: (id) => id === "r0", status: "PartiallyCompleted" });
    }
    const [second] = await submissions();
    expect(await idsIn(`${HOME}results.jsonl`)).toEqual(ids(4));
    expect(await idsIn(`${HOME}${second!.submissionId}/results.jsonl`)).toEqual(["r1", "r2", "r3"]);
  });

  test("overwritten while it is read: the lost content is refused with words, the new one runs", async () => {
    await world.objects.put(KEY, file(...ids(4).map(record)));
    const read = world.objects.read.bind(world.objects);
    let readings = 0;
    world.objects.read = async function* (piece) {
      if (piece.key === KEY && readings++ === 0) await world.objects.put(KEY, file(...ids(2).map(record)));
      yield* read(piece);
    };
    await plan(world, KEY);
    await runAll();
    expect((await submissions()).map(({ status }) => status).sort()).toEqual(["Done", "Refused"]);
    expect(await idsIn(`${HOME}results.jsonl`)).toEqual(ids(2));
  });

  test("deleted before it was planned, or a folder's marker, is no submission and no error", async () => {
    await plan(world, KEY);
    await world.objects.put("to-process/folder/", "");
    await plan(world, "to-process/folder/");
    expect(await submissions()).toEqual([]);
  });

  test("whose notification was lost is found by the sweep, once", async () => {
    await sweep(world);
    await world.objects.put(KEY, file(...ids(4).map(record)));
    await world.objects.put("to-process/marker/", "");
    await sweep(world);
    await deliver();
    expect(await submissions(), "the pass is daily").toHaveLength(0);
    world.clock.pass(world.timings.dropsPassMs);
    await sweep(world);
    await deliver();
    expect(await submissions()).toHaveLength(1);
    world.clock.pass(world.timings.dropsPassMs);
    await sweep(world);
    expect(world.messages.waiting.filter(({ kind }) => kind === "plan")).toEqual([]);
  });

  test("that is too old is history, and no sweep runs it again", async () => {
    await world.objects.put(KEY, file(...ids(4).map(record)));
    world.clock.pass(world.timings.dropsAgeMs + 1);
    await sweep(world);
    await deliver();
    expect(await submissions()).toEqual([]);
  });
});

const MOST_CALLS = 90;
const points = [false, true].flatMap((answerLost) =>
  Array.from({ length: MOST_CALLS }, (_, survives) => [survives, answerLost] as const),
);

describe("an instance that dies anywhere", () => {
  const content = file(...ids(9).map(record), "{broken");

  async function storyWith(move: (w: World) => Promise<void>, repair: () => Promise<void>, ready: () => Promise<void>) {
    let crashes = 0;
    for (const [survives, answerLost] of points) {
      world = aWorld({ settings: smallJobs() });
      await world.objects.put(KEY, content);
      await ready();
      try {
        await move(mortal(world, survives, answerLost));
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        crashes++;
      }
      await repair();
      await runAll();
      const home = (await world.objects.keys()).includes(`${HOME}summary.json`);
      expect(home, `after ${survives} calls`).toBe(true);
      expect(await idsIn(`${HOME}results.jsonl`)).toEqual(ids(9));
      expect(await lines(`${HOME}errors.jsonl`)).toHaveLength(1);
      expect(world.batch.jobs).toHaveLength(3);
      expect((await submissions())[0]).toMatchObject({
        status: "Done",
        counts: { records: 10, results: 9, errors: 1 },
      });
      expect((await world.store.jobs.uncollected(10)).items).toEqual([]);
    }
    expect(crashes, "the stories did crash").toBeGreaterThan(20);
  }

  test("in a plan is repaired by the message's redelivery", async () => {
    await storyWith(
      (w) => plan(w, KEY),
      async () => {
        world.clock.pass(world.timings.leaseMs + 1);
        await plan(world, KEY);
      },
      async () => {},
    );
  });

  test("in a plan is repaired by the sweep", async () => {
    await storyWith(
      (w) => plan(w, KEY),
      async () => {
        world.clock.pass(world.timings.stalledPlanMs + world.timings.dropsPassMs);
        await sweep(world);
        await deliver();
        await sweep(world);
      },
      async () => {},
    );
  });

  test("in the last collect is repaired by its redelivery, or by the sweep", async () => {
    for (const repairer of ["redelivery", "sweep"])
      await storyWith(
        async (w) => {
          for (const job of world.batch.jobs) await collectEvent(w, { ...job });
        },
        async () => {
          if (repairer === "redelivery") for (const job of world.batch.jobs) await collectEvent(world, { ...job });
          else {
            world.clock.pass(world.timings.overdueMs + 1);
            await sweep(world);
            await deliver();
            await sweep(world);
            await deliver();
            world.clock.pass(world.timings.overdueMs + 1);
            await sweep(world);
            await deliver();
          }
        },
        async () => {
          await plan(world, KEY);
          for (const job of world.batch.jobs) await endJob(world, job);
        },
      );
  });
});
