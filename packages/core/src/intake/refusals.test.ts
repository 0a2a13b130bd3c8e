import { gzipSync } from "node:zlib";
import { MemoryObjects } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { ObjectChanged } from "../errors.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { checkFile } from "./check-file.ts";
import { type PrepareOptions, prepareDrop } from "./prepare.ts";

const KEY = "to-process/file.jsonl";
const lane = { models: ["m"], limit: 3, maxRecords: 10, minRecords: 2, maxBytes: 100_000 };

async function prepared(bytes: Uint8Array | string, options: PrepareOptions = {}, given: Partial<typeof lane> = {}) {
  const objects = new MemoryObjects();
  const { etag, lastModified, sizeBytes } = objects.put(KEY, bytes);
  const drop: SubmissionFacts = {
    submissionId: "01JAAAAAAAAAAAAAAAAAAAAAAA",
    bucket: objects.bucket,
    key: KEY,
    etag,
    lastModified,
    sizeBytes,
    seenAt: lastModified,
    lane: "l",
    modelId: "some.model",
    invocation: "InvokeModel",
    priority: 0,
  };
  const result = await prepareDrop(objects, drop, "run1", { ...lane, ...given }, options);
  const errors = result.errorsKey === undefined ? [] : objects.text(result.errorsKey).trimEnd().split("\n");
  return { result, errors, objects };
}

const record = (id: number) => ({ recordId: `r${id}`, modelInput: { prompt: "hunter2", list: [id, { a: 1 }] } });
const records = (count: number) => Array.from({ length: count }, (_, at) => record(at));
const jsonl = (count: number) =>
  records(count)
    .map((each) => `${JSON.stringify(each)}\n`)
    .join("");
const utf16 = (text: string, mark = true) => Buffer.from(`${mark ? "\ufeff" : ""}${text}`, "utf16le");
const bigEndian = (text: string) => Buffer.from(utf16(text, false)).swap16();

describe("a file that is no JSONL is refused with words that name the fix", () => {
  test.each<[string, Uint8Array | string, string, RegExp]>([
    ["an empty file", "", "EmptyFile", /one JSON object a line/],
    ["a blank file", "\ufeff\n \r\n\n", "EmptyFile", /one JSON object a line/],
    ["a JSON array on one line", JSON.stringify(records(50)), "JsonArray", /jq -c '\.\[\]'/],
    ["a JSON array, pretty-printed", JSON.stringify(records(50), null, 2), "JsonArray", /jq -c '\.\[\]'/],
    [
      "a JSON array, a record a line",
      `[\n${records(50)
        .map((each) => JSON.stringify(each))
        .join(",\n")}\n]\n`,
      "JsonArray",
      /jq/,
    ],
    [
      "the same with its brackets beside records",
      `[${records(50)
        .map((each) => JSON.stringify(each))
        .join(",\n")}]`,
      "JsonArray",
      /jq/,
    ],
    [
      "the same with leading commas",
      `[${records(50)
        .map((each) => JSON.stringify(each))
        .join("\n, ")}\n]`,
      "JsonArray",
      /jq/,
    ],
    ["an array cut off in its one line", JSON.stringify(records(50)).slice(0, -9), "JsonArray", /jq/],
    ["a pretty-printed record", JSON.stringify(record(1), null, 2), "PrettyPrinted", /jq -c \./],
    [
      "pretty-printed records",
      records(300)
        .map((each) => JSON.stringify(each, null, "\t"))
        .join("\n"),
      "PrettyPrinted",
      /jq -c \./,
    ],
    [
      "a pretty-printed document with records in it",
      `{\n "records": [\n${records(50)
        .map((each) => JSON.stringify(each))
        .join(",\n")}\n]}`,
      "PrettyPrinted",
      /jq/,
    ],
    ["a zip archive", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0), "BinaryFile", /zip.*[Uu]npack/],
    ["a Parquet file", new TextEncoder().encode("PAR1\u0015\u0004\n\n"), "BinaryFile", /Parquet.*JSONL/],
    ["a zstd archive", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 10, 10), "BinaryFile", /zstd/],
    ["bytes with NULs", Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7) % 11), "BinaryFile", /binary/],
    ["UTF-16 with a byte-order mark", utf16(jsonl(50)), "NotUtf8", /UTF-16.*iconv/],
    ["UTF-16, big endian", bigEndian(`\ufeff${jsonl(50)}`), "NotUtf8", /UTF-16/],
    ["UTF-16 without a mark", utf16(jsonl(50), false), "NotUtf8", /UTF-16/],
    ["UTF-16, big endian, without a mark", bigEndian(jsonl(50)), "NotUtf8", /UTF-16/],
    ["gzip of a JSON array", gzipSync(JSON.stringify(records(50))), "JsonArray", /jq/],
    ["gzip of nothing", gzipSync(""), "EmptyFile", /one JSON object a line/],
    ["gzip that is cut short", gzipSync(jsonl(2_000)).subarray(0, -20), "CorruptGzip", /[Pp]ack it again/],
    ["two bytes of gzip", Uint8Array.of(0x1f, 0x8b), "CorruptGzip", /damaged/],
  ])("%s", async (_, bytes, code, words) => {
    const { result, errors } = await prepared(bytes);
    expect(result).toMatchObject({ slices: [], problem: { code, message: expect.stringMatching(words) } });
    expect(result.counts).toEqual({ records: 1, results: 0, errors: 1 });
    expect(errors.map((line) => JSON.parse(line))).toEqual([{ error: { ...result.problem, source: "input" } }]);
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  test.each([
    ["is cut off", '{"recordId":"x","modelInput":{'],
    ["is the end of a record", '"b"}]}}'],
    ["is a lone brace", "{"],
    ["is an array", "[1,2]"],
    ["begins like an array", '[{"recordId":'],
    ["has a NUL", '{"recordId":"\0"}'],
    ["is a header", "recordId,modelInput"],
  ])("but not JSONL whose first line %s", async (_, first) => {
    const { result, errors } = await prepared(`${first}\n${jsonl(20)}`);
    expect(result.problem).toBeUndefined();
    expect(result.counts).toEqual({ records: 21, results: 0, errors: 1 });
    expect(errors.map((line) => JSON.parse(line).line)).toEqual([1]);
  });

  test("nor JSONL whose good records come behind many broken ones", async () => {
    const { result } = await prepared(`${"{'recordId': 'x'}\n".repeat(500)}${jsonl(20)}`);
    expect(result.counts).toEqual({ records: 520, results: 0, errors: 500 });
    expect(result.problem).toBeUndefined();
  });
});

describe("gzip", () => {
  test("is unpacked whatever the file's name, in one member or several", async () => {
    const two = Buffer.concat([gzipSync(`\ufeff${jsonl(3)}`), gzipSync(jsonl(20).slice(jsonl(3).length))]);
    const { result, objects } = await prepared(two);
    expect(result.slices.map(({ inputKey }) => objects.text(inputKey)).join("")).toBe(jsonl(20));
  });

  test("that unpacks to more than the limit is refused, however small it is", async () => {
    const bomb = gzipSync(Buffer.alloc(3_000_000, 0x20));
    const { result } = await prepared(bomb, { limits: { maxInputBytes: 1_000_000 } });
    expect(result.problem).toMatchObject({ code: "TooLarge", message: expect.stringContaining("1,000,000") });
  });
});

describe("gzip that is given up early", () => {
  const noise = Array.from({ length: 60_000 }, (_, at) => `"${(at * 2_654_435_761) % 4_294_967_296}",\n`).join("");

  test("because of its shape lets go of the object", async () => {
    let ended = false;
    const bytes = gzipSync(`[\n${noise}`);
    async function* chunks() {
      try {
        for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
      } finally {
        ended = true;
      }
    }
    const { problem } = await checkFile(chunks(), { lane, modelId: "m", invocation: "InvokeModel" });
    expect(problem?.code).toBe("JsonArray");
    expect(ended).toBe(true);
  });

  test("because the object cannot be read on says so, and does not call it damaged", async () => {
    const bytes = gzipSync(noise);
    async function* chunks() {
      yield bytes.subarray(0, 20_000);
      throw new ObjectChanged(KEY);
    }
    const checking = checkFile(chunks(), { lane, modelId: "m", invocation: "InvokeModel" });
    await expect(checking).rejects.toBeInstanceOf(ObjectChanged);
  });
});

describe("a file of records that cannot be run", () => {
  test("ends with every record in the errors, the good ones as they were with the reason in them", async () => {
    const old = '{"recordId":"r9","modelInput":{"n":1.0},"error":{"code":"Old"}}';
    const { result, errors } = await prepared(`${jsonl(1)}broken\r\n${old}\r\n`, {}, { minRecords: 3 });
    const problem = { code: "BelowMinimum", message: expect.stringMatching(/2 records.*at least 3/) };
    expect(result).toMatchObject({ problem, counts: { records: 3, results: 0, errors: 3 }, slices: [] });
    expect(errors[0]?.startsWith(jsonl(1).slice(0, -2))).toBe(true);
    expect(errors[2]?.startsWith(old.slice(0, -1))).toBe(true);
    expect(errors.map((line) => JSON.parse(line))).toEqual([
      { ...record(0), error: { ...problem, source: "input" } },
      { line: 2, error: { code: "NotJson", message: expect.any(String), source: "input" } },
      { recordId: "r9", modelInput: { n: 1 }, error: { ...problem, source: "input" } },
    ]);
  });

  test("because none is good: each keeps its own error", async () => {
    const { result, errors } = await prepared("1\n2\n3\n");
    expect(result).toMatchObject({ problem: { code: "NoGoodRecord" }, counts: { records: 3, errors: 3 } });
    expect(errors.map((line) => JSON.parse(line).error.code)).toEqual(Array(3).fill("NotAnObject"));
  });

  test("because it needs too many jobs", async () => {
    const { result, errors } = await prepared(jsonl(50), { limits: { maxJobs: 4 } });
    expect(result.problem).toMatchObject({ code: "TooManyJobs", message: expect.stringContaining("more than 4 jobs") });
    expect(errors).toHaveLength(50);
    expect((await prepared(jsonl(50), { limits: { maxJobs: 5 } })).result.slices).toHaveLength(5);
  });

  test("because no cut keeps every job above the minimum", async () => {
    const { result, errors } = await prepared(jsonl(15), {}, { minRecords: 10 });
    expect(result.problem?.code).toBe("CannotPack");
    expect(errors).toHaveLength(15);
  });

  test("because its head says that it is too large: it is not even read", async () => {
    const { result, errors } = await prepared("1\n".repeat(100), { limits: { maxInputBytes: 199 } });
    expect(result).toMatchObject({ problem: { code: "TooLarge" }, counts: { records: 1, errors: 1 } });
    expect(errors).toHaveLength(1);
  });

  test("because of its route, whatever is in it", async () => {
    const refuse = { code: "UnknownModel", message: "No lane has the model x." };
    const each = await prepared(`${jsonl(3)}broken`, { refuse });
    expect(each.result).toMatchObject({ problem: refuse, counts: { records: 4, results: 0, errors: 4 }, slices: [] });
    expect(each.errors.map((line) => JSON.parse(line).error.code)).toEqual([
      ...Array(3).fill("UnknownModel"),
      "NotJson",
    ]);
    const whole = await prepared(JSON.stringify(records(50)), { refuse });
    expect(whole.result).toMatchObject({ problem: refuse, counts: { records: 1, results: 0, errors: 1 } });
  });
});

describe("checking a file without preparing it", () => {
  async function* chunks(text: string) {
    yield new TextEncoder().encode(text);
  }
  const rules = { lane, modelId: "meta.llama3-8b-instruct-v1:0", invocation: "InvokeModel" } as const;

  test("tells the counts, the jobs, and no more broken lines than asked for", async () => {
    const checked = await checkFile(chunks(`${jsonl(25)}${"broken\n".repeat(5)}{"modelInput":{}}`), rules, {
      maxEntries: 2,
    });
    expect(checked).toMatchObject({ counts: { records: 31, results: 0, errors: 6 }, jobs: 3 });
    expect(checked.problem).toBeUndefined();
    expect(checked.entries.map(({ line, error }) => [line, error.code])).toEqual([
      [26, "NotJson"],
      [27, "NotJson"],
    ]);
  });

  test("tells by path what the model's family requires", async () => {
    const { entries, problem } = await checkFile(chunks('{"recordId":"a","modelInput":{}}'), rules);
    expect(entries).toEqual([
      {
        line: 1,
        recordId: "a",
        error: { code: "BadModelInput", message: "modelInput.prompt: required for Llama", source: "input" },
      },
    ]);
    expect(problem?.code).toBe("NoGoodRecord");
  });

  test("tells why a file would be refused as a whole", async () => {
    expect(await checkFile(chunks("[]"), rules)).toMatchObject({
      jobs: 0,
      entries: [],
      problem: { code: "JsonArray" },
    });
    expect(await checkFile(chunks(jsonl(1)), rules)).toMatchObject({ jobs: 0, problem: { code: "BelowMinimum" } });
  });
});
