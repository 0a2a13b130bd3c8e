import { aWorld, endJob, type JobEnd, type MemoryWorld, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { collectEvent } from "./collect.ts";
import { plan } from "./plan.ts";

const KEY = "to-process/nova/clips.jsonl";
const NOVA = "amazon.nova-lite-v1:0";
const HOME = "processed/nova/clips.jsonl/";

const withLane = (lane: object) =>
  settings({
    lanes: { nova: { models: [NOVA], limit: 3, minRecords: 1, ...lane } },
    routes: { nova: { model: NOVA } },
    default: { model: NOVA },
  });

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({ settings: withLane({}) });
});

const bucket = () => world.objects.bucket;
const naming = (recordId: string, ...uris: string[]) => {
  const videos = uris.map((uri) => ({ video: { format: "mp4", source: { s3Location: { uri, bucketOwner: "1" } } } }));
  const content = [...videos, { text: "What is seen at s3://here?" }];
  return JSON.stringify({ recordId, modelInput: { messages: [{ role: "user", content }] } });
};
const text = (recordId: string, length = 1) =>
  JSON.stringify({ recordId, modelInput: { messages: [{ role: "user", content: [{ text: "x".repeat(length) }] }] } });
const jsonl = (...lines: string[]) => lines.map((line) => `${line}\n`).join("");
const linesOf = (key: string) => world.objects.text(key).split("\n").filter(Boolean);

/** Drops the file, and plans it. */
async function dropped(...lines: string[]) {
  world.objects.put(KEY, jsonl(...lines));
  await plan(world, KEY);
}

/** Runs every job to its end, and settles it. */
async function run(end: JobEnd = {}) {
  for (let [job] = world.batch.running; job !== undefined; [job] = world.batch.running)
    await collectEvent(world, await endJob(world, job, end));
}

/** The one job that Bedrock was asked for, and what lies in the folder that it was told of. */
function asked() {
  const [job] = world.batch.running;
  const folder = job?.request.inputKey ?? "";
  return { folder, keys: world.objects.keys(folder).map((key) => key.slice(folder.length)) };
}

describe("records that name media by s3Location", () => {
  const clip = () => `s3://${bucket()}/to-process/nova/_media/Fluß 1.MP4`;
  beforeEach(() => {
    world.objects.put("to-process/nova/_media/Fluß 1.MP4", "a film");
    world.objects.put("to-process/nova/_media/2", "another");
  });

  test("run: the media lie beside the input in the folder that Bedrock is told of, under names that it takes", async () => {
    await dropped(text("r1"), naming("r2", clip(), `s3://${bucket()}/to-process/nova/_media/2`), naming("r3", clip()));
    const { folder, keys } = asked();
    expect(folder).toMatch(/^staging\/[-!_*'().a-z0-9A-Z]+\/[-!_*'().a-z0-9A-Z/]+\/$/);
    expect(keys).toEqual(["0000.jsonl", "media/00000.mp4", "media/00001"]);
    expect(world.objects.text(`${folder}media/00000.mp4`)).toBe("a film");
    const uris = [...world.objects.text(`${folder}0000.jsonl`).matchAll(/"uri":"([^"]*)"/g)].map(([, uri]) => uri);
    const copies = ["media/00000.mp4", "media/00001"].map((name) => `s3://${bucket()}/${folder}${name}`);
    expect(uris).toEqual([copies[0], copies[1], copies[0]]);
    expect(linesOf(`${folder}0000.jsonl`)[0]).toBe(text("r1"));
  });

  test("come back, and one that failed names what was dropped, so that it can be dropped again", async () => {
    await dropped(text("r1"), naming("r2", clip()));
    await run({ refuses: (recordId) => recordId === "r2" });
    expect(linesOf(`${HOME}results.jsonl`).map((line) => JSON.parse(line).recordId)).toEqual(["r1"]);
    expect(linesOf(`${HOME}errors.jsonl`)).toEqual([expect.stringContaining(naming("r2", clip()).slice(0, -1))]);
    expect(world.objects.keys("staging/")).toEqual([]);
  });

  test.each([
    ["of another bucket", () => "s3://example-bucket/media/clip-1.mp4", /beside this file/],
    ["of another folder", () => `s3://${bucket()}/to-process/team/clip.mp4`, /beside this file/],
    ["that are others' results", () => `s3://${bucket()}/processed/team/results.jsonl`, /beside this file/],
    ["that are not there", () => `s3://${bucket()}/to-process/nova/_media/gone.mp4`, /not there/],
    ["whose URI is none", () => "https://example.com/clip.mp4", /s3:\/\/bucket\/key/],
  ])("%s are refused with their line, and the others run", async (_, uri, words) => {
    await dropped(text("r1"), naming("r2", uri()), naming("r3", clip()));
    await run();
    expect(linesOf(`${HOME}results.jsonl`).map((line) => JSON.parse(line).recordId)).toEqual(["r1", "r3"]);
    const [error] = linesOf(`${HOME}errors.jsonl`).map((line) => JSON.parse(line));
    expect(error).toEqual({
      line: 2,
      recordId: "r2",
      error: { code: "MediaUnreachable", message: expect.stringMatching(words), source: "input" },
    });
    expect(error.error.message).toContain("s3Location");
    expect(error.error.message).not.toContain(uri());
  });

  test("of more than one job are refused as a whole, with words", async () => {
    world = aWorld({ settings: withLane({ maxRecords: 2 }) });
    world.objects.put("to-process/nova/_media/Fluß 1.MP4", "a film");
    await dropped(text("r1"), text("r2"), naming("r3", clip()));
    const [submission] = (await world.store.submissions.newest(1)).items;
    expect(submission?.problem).toMatchObject({
      code: "MediaOfSeveralJobs",
      message: expect.stringContaining("2 jobs"),
    });
  });

  test("are found however the JSON is written, and not in what a tool was told", async () => {
    const escaped = naming("r1", clip()).replaceAll("s3://", "s3:\\/\\/").replaceAll('"uri":', '"uri" : ');
    const tool = { toolUse: { name: "t", input: { s3Location: { uri: "s3://x/y" } } } };
    const told = JSON.stringify({ recordId: "r2", modelInput: { messages: [{ role: "assistant", content: [tool] }] } });
    await dropped(escaped, told);
    const { folder } = asked();
    const [first, second] = linesOf(`${folder}0000.jsonl`);
    expect(first).toContain(`"uri" : "s3://${bucket()}/${folder}media/00000.mp4"`);
    expect(second).toBe(told);
  });
});

describe("records so large that a job's least number of them does not fit into one file", () => {
  const LANE = { minRecords: 4, maxBytes: 2_000, maxJobBytes: 10_000 };
  const ids = Array.from({ length: 11 }, (_, n) => `r${n}`);

  test("run in jobs of several files, and come back in their order", async () => {
    world = aWorld({ settings: withLane(LANE) });
    await dropped(...ids.map((id) => text(id, 900)));
    const inputs = world.batch.running.map(({ request }) => request.inputKey);
    expect(inputs).toHaveLength(2);
    for (const folder of inputs) {
      const files = world.objects.keys(folder);
      expect(files.length).toBeGreaterThan(1);
      for (const key of files) expect(world.objects.text(key).length).toBeLessThanOrEqual(LANE.maxBytes);
    }
    await run({ refuses: (recordId) => recordId === "r5", skips: (recordId) => recordId === "r10" });
    const of = (name: string) => linesOf(`${HOME}${name}`).map((line) => JSON.parse(line).recordId);
    expect(of("results.jsonl")).toEqual(ids.filter((id) => id !== "r5" && id !== "r10"));
    expect(of("errors.jsonl")).toEqual(["r5", "r10"]);
    for (const prefix of ["staging/", "settled/", "output/"]) expect(world.objects.keys(prefix)).toEqual([]);
  });

  test("but not in jobs of more bytes than a job may have", async () => {
    world = aWorld({ settings: withLane({ ...LANE, maxJobBytes: 3_000 }) });
    await dropped(...ids.map((id) => text(id, 900)));
    const [submission] = (await world.store.submissions.newest(1)).items;
    expect(submission?.problem).toMatchObject({ code: "CannotPack", message: expect.stringContaining("3000 bytes") });
  });
});
