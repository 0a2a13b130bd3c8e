import { aWorld, endJob, type JobEnd, type MemoryWorld, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { collectEvent } from "./collect.ts";
import { plan } from "./plan.ts";

const NOVA = "amazon.nova-lite-v1:0";
const MISTRAL = "mistral.mistral-large-2402-v1:0";
const KEY = "to-process/a.jsonl";
const HOME = "processed/a.jsonl/";

const worldOf = (route: object, lane: object = {}, model = NOVA) =>
  aWorld({
    settings: settings({
      lanes: { lane: { models: [model], limit: 3, minRecords: 10, maxRecords: 12, ...lane } },
      routes: {},
      default: { model, ...route },
    }),
  });

let world: MemoryWorld;
beforeEach(() => {
  world = worldOf({ small: "pad" });
});

const record = (recordId: string, text = "Hi") =>
  JSON.stringify({ recordId, modelInput: { messages: [{ role: "user", content: [{ text }] }] } });
const file = (count: number, text?: string) =>
  Array.from({ length: count }, (_, n) => `${record(`r${n}`, text)}\n`).join("");
const linesOf = (key: string) => world.objects.text(key).split("\n").filter(Boolean);
const idsIn = (key: string) => linesOf(key).map((line) => JSON.parse(line).recordId);
const summary = () => JSON.parse(world.objects.text(`${HOME}summary.json`));

async function dropped(content: string) {
  world.objects.put(KEY, content);
  await plan(world, KEY);
}

async function run(end: JobEnd = {}) {
  for (let [job] = world.batch.running; job !== undefined; [job] = world.batch.running)
    await collectEvent(world, await endJob(world, job, end));
}

describe("a file below the minimum of its lane, on a route that pads", () => {
  test("runs: its job is filled up with the cheapest records of its model, in a file of their own", async () => {
    await dropped(file(3));
    const [job] = world.batch.running;
    const { inputKey } = job!.request;
    expect(world.objects.keys(inputKey)).toEqual([`${inputKey}0000.jsonl`, `${inputKey}filler.jsonl`]);
    expect(world.objects.text(`${inputKey}0000.jsonl`)).toBe(file(3));
    const fillers = linesOf(`${inputKey}filler.jsonl`).map((line) => JSON.parse(line));
    expect(fillers.map(({ recordId }) => recordId)).toEqual(Array.from({ length: 7 }, (_, n) => `filler-${n + 1}`));
    for (const { modelInput } of fillers)
      expect(modelInput).toEqual({
        messages: [{ role: "user", content: [{ text: "1" }] }],
        inferenceConfig: { maxTokens: 1 },
      });
  });

  test("gets back its own records and no other, and its summary says what filled it up", async () => {
    await dropped(file(3));
    await run({ refuses: (id) => id === "r1" || id === "filler-2" });
    expect(idsIn(`${HOME}results.jsonl`)).toEqual(["r0", "r2"]);
    expect(idsIn(`${HOME}errors.jsonl`)).toEqual(["r1"]);
    expect(world.objects.keys(HOME)).toHaveLength(3);
    expect(summary()).toMatchObject({
      counts: { records: 3, results: 2, errors: 1 },
      fillers: { records: 7 },
      jobs: [{ records: 3, fillers: 7 }],
    });
  });

  test("gets each of its records a line where Bedrock came only to some, and to some of the fillers", async () => {
    await dropped(file(3));
    await run({ status: "PartiallyCompleted", skips: (id) => id === "r2" || (id > "filler-3" && id.startsWith("f")) });
    expect(idsIn(`${HOME}results.jsonl`)).toEqual(["r0", "r1"]);
    expect(idsIn(`${HOME}errors.jsonl`)).toEqual(["r2"]);
  });

  test("is settled only once its output and that of the fillers are what the manifest says", async () => {
    await dropped(file(3));
    const [job] = world.batch.running;
    const event = await endJob(world, job!, { skips: (id) => id === "r2" });
    const folder = `${job!.request.outputPrefix}${job!.arn.slice(job!.arn.lastIndexOf("/") + 1)}/`;
    const fillers = world.objects.text(`${folder}filler.jsonl.out`);
    await world.objects.delete([`${folder}filler.jsonl.out`]);
    await collectEvent(world, event);
    expect(world.objects.keys(HOME)).toEqual([]);
    world.objects.put(`${folder}filler.jsonl.out`, fillers);
    await collectEvent(world, event);
    expect(idsIn(`${HOME}results.jsonl`)).toEqual(["r0", "r1"]);
  });

  test.each([
    ["Claude", { usage: { input_tokens: 8, output_tokens: 1 } }, { inputTokens: 56, outputTokens: 7 }],
    ["Nova", { usage: { inputTokens: 2, outputTokens: 1 } }, { inputTokens: 14, outputTokens: 7 }],
    ["Llama", { prompt_token_count: 3, generation_token_count: 1 }, { inputTokens: 21, outputTokens: 7 }],
    ["Titan", { inputTextTokenCount: 2 }, { inputTokens: 14 }],
    ["an answer that tells nothing", { text: "1" }, {}],
  ])("is told what they cost, in tokens, by %s", async (_, modelOutput, tokens) => {
    await dropped(file(3));
    const [job] = world.batch.running;
    const event = await endJob(world, job!);
    const folder = `${job!.request.outputPrefix}${job!.arn.slice(job!.arn.lastIndexOf("/") + 1)}/`;
    const lines = linesOf(`${folder}filler.jsonl.out`).map((line) => ({ ...JSON.parse(line), modelOutput }));
    world.objects.put(`${folder}filler.jsonl.out`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await collectEvent(world, event);
    expect(summary().fillers).toEqual({ records: 7, ...tokens });
  });

  test("of large records that no one job takes is several jobs, each filled up", async () => {
    world = worldOf({ small: "pad" }, { maxBytes: 1_000 });
    await dropped(file(4, "x".repeat(400)));
    expect(world.batch.running).toHaveLength(2);
    await run();
    expect(idsIn(`${HOME}results.jsonl`)).toEqual(["r0", "r1", "r2", "r3"]);
    expect(summary()).toMatchObject({ fillers: { records: 16 } });
  });

  test("that reaches the minimum is not filled up", async () => {
    await dropped(file(10));
    expect(world.batch.running[0]?.request.inputKey).toMatch(/\.jsonl$/);
    await run();
    expect(summary().fillers).toBeUndefined();
  });
});

describe("a file below the minimum of its lane", () => {
  const message = async () => (await world.store.submissions.newest(1)).items[0]?.problem?.message;

  test("is refused where its route says nothing, and told how it would run", async () => {
    world = worldOf({});
    await dropped(file(3));
    expect(await message()).toMatch(/3 records.*at least 10.*"small": "pad"/);
    expect(world.batch.jobs).toEqual([]);
  });

  test("is refused where no record is known that could fill up a job of its model", async () => {
    world = worldOf({ small: "pad" }, {}, MISTRAL);
    const line = (n: number) => `{"recordId":"r${n}","modelInput":{"prompt":"Hi"}}\n`;
    await dropped(line(1) + line(2));
    expect(await message()).toMatch(/at least 10.*No record is known/);
  });
});
