import { MemoryObjects } from "@sluice/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ObjectChanged, ObjectMissing } from "../errors.ts";
import type { ObjectWriter, Piece } from "../ports/objects.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { type Prepared, type PrepareOptions, prepareDrop, readPrepared } from "./prepare.ts";

const KEY = "to-process/日本 + 100%.jsonl";
const ID = "01JAAAAAAAAAAAAAAAAAAAAAAA";
const FOLDER = `staging/${ID}/run1/`;
const lane = { models: ["m"], limit: 3, maxRecords: 10, minRecords: 2, maxBytes: 100_000 };

/** A bucket that remembers what was read and written. */
class WatchedObjects extends MemoryObjects {
  readonly reads: Piece[] = [];
  readonly written: string[] = [];
  /** Called before every chunk that is read. */
  onChunk: () => void = () => {};

  override async *read(piece: Piece): AsyncIterable<Uint8Array> {
    this.reads.push(piece);
    for await (const chunk of super.read(piece)) {
      this.onChunk();
      yield chunk;
    }
  }

  override writer(key: string): ObjectWriter {
    this.written.push(key);
    return super.writer(key);
  }
}

function dropped(objects: MemoryObjects, bytes: Uint8Array | string, modelId = "some.model"): SubmissionFacts {
  const { etag, lastModified, sizeBytes } = objects.put(KEY, bytes);
  const facts = { submissionId: ID, bucket: objects.bucket, key: KEY, etag, lastModified, sizeBytes };
  return { ...facts, seenAt: lastModified, lane: "l", modelId, invocation: "InvokeModel", priority: 0 };
}

async function prepared(bytes: Uint8Array | string, options: PrepareOptions = {}, given: Partial<typeof lane> = {}) {
  const objects = new WatchedObjects();
  const drop = dropped(objects, bytes);
  const result = await prepareDrop(objects, drop, "run1", { ...lane, ...given }, options);
  return { objects, result };
}

const good = (id: string) => `{"recordId":"${id}","modelInput":{"n":1.0}}`;
const manyGood = (count: number) => Array.from({ length: count }, (_, at) => good(`id-${at}`));
const linesIn = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
const errorsIn = (objects: MemoryObjects, { errorsKey }: Prepared) =>
  errorsKey === undefined ? [] : linesIn(objects.text(errorsKey));

test("a line of errors.jsonl that is dropped again runs as the record that it was", async () => {
  const failed = (id: string) => good(id).replace(/}$/, ',"error":{"code":"JobExpired"},"jobId":"01M88Z69ER"}');
  const { objects, result } = await prepared(`${failed("a")}\n${good("b")}\n${failed("c")}\n`);
  expect(linesIn(objects.text(result.slices[0]!.inputKey))).toEqual(["a", "b", "c"].map(good));
});

test("a slice is told from whatever may take its place", async () => {
  const { objects, result } = await prepared(manyGood(25).join("\n"));
  expect(result.slices).toHaveLength(3);
  for (const { inputKey, etag } of result.slices) expect(etag).toBe((await objects.head(inputKey))?.etag);
});

type LineKind = "good" | "repeated" | "unnamed" | "broken" | "blank" | "bare";
interface Given {
  kinds: { kind: LineKind; crlf: boolean }[];
  bom: boolean;
  lastEnd: boolean;
  gzip: boolean;
  chunkBytes: number;
  maxRecords: number;
  minRecords: number;
}

/** Mostly good lines, so that stretches of every length stay as they are. */
const kind = fc.oneof(
  { weight: 8, arbitrary: fc.constant<LineKind>("good") },
  { weight: 3, arbitrary: fc.constantFrom<LineKind>("repeated", "unnamed", "broken", "blank", "bare") },
);
const crlf = fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const given: fc.Arbitrary<Given> = fc.record({
  kinds: fc.array(fc.record({ kind, crlf }), { maxLength: 60 }),
  bom: fc.boolean(),
  lastEnd: fc.boolean(),
  gzip: fc.boolean(),
  chunkBytes: fc.integer({ min: 1, max: 300 }),
  maxRecords: fc.integer({ min: 4, max: 20 }),
  // At most half of the most, or some counts could not be cut at all.
  minRecords: fc.integer({ min: 1, max: 2 }),
});

/** Builds the file, and says line by line what must become of it. */
function build({ kinds, bom, lastEnd }: Given) {
  const expected: { line: number; text: string; prepared: string | undefined }[] = [];
  let file = bom ? "\ufeff" : "";
  for (const [at, { kind, crlf }] of kinds.entries()) {
    const line = at + 1;
    const unnamed = '"modelInput" : {"text":"ü日本"} }';
    const texts: Record<LineKind, string> = {
      good: good(`id-${at}`),
      repeated: good("twin"),
      unnamed: `{ ${unnamed}`,
      broken: `{"recordId":"b-${at}"`,
      blank: at % 2 === 0 ? "" : " \t",
      bare: `"${at}"`,
    };
    const text = texts[kind];
    const isRepeated = kind === "repeated" && kinds.findIndex((other) => other.kind === "repeated") < at;
    if (kind === "good" || (kind === "repeated" && !isRepeated)) expected.push({ line, text, prepared: text });
    else if (kind === "unnamed")
      expected.push({ line, text, prepared: `{"recordId":"sluice-line-${line}", ${unnamed}` });
    else if (kind !== "blank") expected.push({ line, text, prepared: undefined });
    file += text + (at === kinds.length - 1 && !lastEnd ? "" : crlf ? "\r\n" : "\n");
  }
  return { file: new TextEncoder().encode(file), expected };
}

async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe("preparing a drop", () => {
  test("every record is exactly once in the slices or the errors, in order, good lines byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(given, async (chosen) => {
        const { file, expected } = build(chosen);
        const objects = new WatchedObjects({ chunkBytes: chosen.chunkBytes });
        const drop = dropped(objects, chosen.gzip ? await gzipped(file) : file);
        const { maxRecords, minRecords } = chosen;
        const result = await prepareDrop(objects, drop, "run1", { ...lane, maxRecords, minRecords });
        const runnable = expected.filter(({ prepared }) => prepared !== undefined);
        expect(await readPrepared(objects, ID, "run1")).toEqual(result);
        expect(objects.written.at(-1)).toBe(`${FOLDER}plan.json`);
        const errors = errorsIn(objects, result);

        if (result.problem !== undefined) {
          expect(runnable.length).toBeLessThan(minRecords);
          expect(result.counts).toEqual({ records: errors.length, results: 0, errors: errors.length });
          if (expected.length === 0) expect(result.problem.code).toBe("EmptyFile");
          else expect(errors).toHaveLength(expected.length);
          expect(objects.keys(FOLDER)).toEqual([`${FOLDER}errors.jsonl`, `${FOLDER}plan.json`]);
          return;
        }
        expect(runnable.length).toBeGreaterThanOrEqual(minRecords);
        const slices = result.slices.map(({ inputKey }) => linesIn(objects.text(inputKey)));
        expect(slices.flat()).toEqual(runnable.map(({ prepared }) => prepared));
        expect(result.slices.map(({ slice }) => slice)).toEqual([...slices.keys()]);
        expect(result.slices.map(({ records }) => records)).toEqual(slices.map(({ length }) => length));
        for (const { inputKey, records, sizeBytes } of result.slices) {
          expect(sizeBytes).toBe((await objects.head(inputKey))?.sizeBytes);
          expect(records).toBeLessThanOrEqual(maxRecords);
          expect(records).toBeGreaterThanOrEqual(minRecords);
        }
        const refused = expected.filter(({ prepared }) => prepared === undefined);
        expect(errors.map((text) => JSON.parse(text).line)).toEqual(refused.map(({ line }) => line));
        expect(result.counts).toEqual({ records: expected.length, results: 0, errors: refused.length });
        expect(objects.keys(FOLDER)).toEqual([
          ...(result.errorsKey === undefined ? [] : [result.errorsKey]),
          ...result.slices.map(({ inputKey }) => inputKey),
          `${FOLDER}plan.json`,
        ]);
      }),
      { numRuns: 400 },
    );
  });

  test("the object is read once, as the version that was dropped", async () => {
    const { objects } = await prepared(`${manyGood(25).join("\n")}\n`);
    expect(objects.reads).toEqual([{ key: KEY, etag: expect.any(String) }]);
  });

  test.each([
    ["good lines", manyGood(25).join("\n")],
    ["a byte-order mark before them", `\ufeff${manyGood(25).join("\n")}\n`],
    ["blank and broken lines before them", `\n{"broken\n \n${manyGood(25).join("\n")}\n`],
    ["blank and broken lines behind them", `${manyGood(25).join("\n")}\n\n{"broken\n \n{"recordId":"cut off`],
  ])("a file of %s is not rewritten", async (_, file) => {
    const { objects, result } = await prepared(file);
    expect(result.slices.map(({ records }) => records)).toEqual([8, 9, 8]);
    expect(objects.written).not.toContain(`${FOLDER}rewritten.jsonl`);
  });

  test("from the first line that cannot stay on, lines are written anew, and the copy is gone at the end", async () => {
    const file = [...manyGood(12), "broken", ...manyGood(24).slice(12)].join("\n");
    const { objects, result } = await prepared(file);
    expect(objects.written).toContain(`${FOLDER}rewritten.jsonl`);
    expect(objects.keys(FOLDER)).not.toContain(`${FOLDER}rewritten.jsonl`);
    expect(result.slices.flatMap(({ inputKey }) => linesIn(objects.text(inputKey)))).toEqual(manyGood(24));
  });

  test("prepared keys and what Bedrock is given contain nothing of the user's key", async () => {
    const { result } = await prepared(manyGood(25).join("\n"));
    for (const { inputKey } of result.slices) expect(inputKey).toMatch(/^[-!_*'().a-z0-9A-Z/]+\.jsonl$/);
  });

  test("an assigned recordId steps aside for one that an earlier line has", async () => {
    const { objects, result } = await prepared(`${good("sluice-line-2")}\n{"modelInput":{}}\n`);
    expect(result.slices.flatMap(({ inputKey }) => linesIn(objects.text(inputKey)))).toEqual([
      good("sluice-line-2"),
      '{"recordId":"sluice-line-2-2","modelInput":{}}',
    ]);
  });

  test("errors tell line, recordId if known, code and message", async () => {
    const lines = [...manyGood(3), '{"recordId":"x","modelInput":1}', good("id-1"), "{"];
    const { objects, result } = await prepared(lines.join("\r\n"));
    expect(errorsIn(objects, result).map((line) => JSON.parse(line))).toEqual([
      {
        line: 4,
        recordId: "x",
        error: { code: "NoModelInput", message: "modelInput: must be an object", source: "input" },
      },
      { line: 5, recordId: "id-1", error: { code: "RepeatedRecordId", message: expect.any(String), source: "input" } },
      { line: 6, error: { code: "NotJson", message: expect.any(String), source: "input" } },
    ]);
  });

  test("one record larger than a job's input may be is an error, and the others go on", async () => {
    const big = `{"recordId":"big","modelInput":{"text":"${"x".repeat(2_000)}"}}`;
    const { objects, result } = await prepared([...manyGood(4), big].join("\n"), {}, { maxBytes: 1_000 });
    expect(result.counts).toEqual({ records: 5, results: 0, errors: 1 });
    expect(JSON.parse(errorsIn(objects, result)[0] ?? "")).toMatchObject({
      line: 5,
      recordId: "big",
      error: { code: "RecordTooLarge" },
    });
  });

  test("a drop that was overwritten before or while it was read is not prepared", async () => {
    const objects = new WatchedObjects({ chunkBytes: 100 });
    const drop = dropped(objects, manyGood(25).join("\n"));
    objects.onChunk = () => objects.put(KEY, "another");
    await expect(prepareDrop(objects, drop, "run1", lane)).rejects.toBeInstanceOf(ObjectChanged);
    await expect(prepareDrop(objects, drop, "run2", lane)).rejects.toBeInstanceOf(ObjectChanged);
    await objects.delete([KEY]);
    await expect(prepareDrop(objects, drop, "run3", lane)).rejects.toBeInstanceOf(ObjectMissing);
    await expect(readPrepared(objects, ID, "run1")).rejects.toBeInstanceOf(ObjectMissing);
    expect(objects.keys("staging/").filter((key) => key.endsWith("plan.json"))).toEqual([]);
  });

  test("a plan that is none is told by its key", async () => {
    const objects = new MemoryObjects();
    objects.put(`${FOLDER}plan.json`, '{"parts":[]}');
    await expect(readPrepared(objects, ID, "run1")).rejects.toThrow(`${FOLDER}plan.json is not a plan`);
  });
});
