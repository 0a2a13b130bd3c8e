import { describe, expect, test } from "vitest";
import { checkFile } from "./check-file.ts";
import { judge } from "./judge.ts";
import type { PlanLimits } from "./limits.ts";
import { Strides } from "./strides.ts";

const lane = { maxRecords: 10, minRecords: 2, maxBytes: 100_000 };

async function* chunks(text: string) {
  yield new TextEncoder().encode(text);
}

function checked(lines: readonly string[], given: Partial<typeof lane> = {}, limits: Partial<PlanLimits> = {}) {
  const rules = { lane: { ...lane, ...given }, modelId: "some.model", invocation: "InvokeModel" } as const;
  return checkFile(chunks(lines.join("\n")), rules, { limits });
}

const good = (id: string) => `{"recordId":"${id}","modelInput":{}}`;
const goods = (count: number) => Array.from({ length: count }, (_, at) => good(`r${at}`));
const UNNAMED = '{"modelInput":{}}';
const codesOf = ({ entries }: Awaited<ReturnType<typeof checked>>) => entries.map(({ error }) => error.code);

describe("a record's size", () => {
  const line = good("1234");

  test("may be just what a job's input may have, its line's end among it", async () => {
    const max = line.length + 1;
    expect(codesOf(await checked([line, good("1235")], { maxBytes: max }))).toEqual([]);
    const { entries } = await checked([line, good("1235"), good("12345")], { maxBytes: max });
    expect(entries).toStrictEqual([
      {
        line: 3,
        recordId: "12345",
        error: {
          code: "RecordTooLarge",
          message: `The record has ${max + 1} bytes, and a job's input in this lane may have ${max}. Make it smaller.`,
          source: "input",
        },
      },
    ]);
  });

  test("counts the recordId that it is given", async () => {
    const withId = `{"recordId":"sluice-line-3",${UNNAMED.slice(1)}`;
    const lines = [...goods(2), UNNAMED];
    expect(codesOf(await checked(lines, {}, { maxLineBytes: withId.length }))).toEqual([]);
    const { entries } = await checked(lines, {}, { maxLineBytes: withId.length - 1 });
    expect(entries).toStrictEqual([
      {
        line: 3,
        error: {
          code: "LineTooLong",
          message: "With a recordId the line would be too long. Make the record smaller.",
          source: "input",
        },
      },
    ]);
    expect(codesOf(await checked(lines, { maxBytes: withId.length + 1 }))).toEqual([]);
    expect(codesOf(await checked(lines, { maxBytes: withId.length }))).toEqual(["RecordTooLarge"]);
  });
});

describe("a record without a recordId", () => {
  const taken = (count: number) => [
    good("sluice-line-9"),
    ...Array.from({ length: 7 }, (_, at) => good(at < count ? `sluice-line-9-${at + 2}` : `r${at}`)),
  ];

  test("is named by its line, and by a number if that is taken, eight times at most", async () => {
    expect(codesOf(await checked([...taken(6), UNNAMED]))).toEqual([]);
    const { entries } = await checked([...taken(7), UNNAMED]);
    expect(entries).toStrictEqual([
      {
        line: 9,
        error: {
          code: "RepeatedRecordId",
          message: "Earlier lines took every name for a line without a recordId. Give it one.",
          source: "input",
        },
      },
    ]);
  });

  test("takes the name from the lines behind it", async () => {
    const { entries } = await checked([...goods(1), UNNAMED, good("sluice-line-2")]);
    expect(entries).toStrictEqual([
      {
        line: 3,
        recordId: "sluice-line-2",
        error: {
          code: "RepeatedRecordId",
          message: "recordId: an earlier line of the file has the same one",
          source: "input",
        },
      },
    ]);
    const later = [...goods(2), UNNAMED, good("sluice-line-4"), UNNAMED, UNNAMED, good("sluice-line-6-2")];
    expect(codesOf(await checked(later))).toEqual([]);
  });
});

describe("a file's own shape", () => {
  test("says nothing once as many records are good as a job needs", async () => {
    const broken = Array.from({ length: 200 }, () => "{'single'}");
    const { problem, counts } = await checked(['[{"recordId":', ...goods(2), ...broken]);
    expect(problem).toBeUndefined();
    expect(counts).toEqual({ records: 203, results: 0, errors: 201 });
    expect((await checked(['[{"recordId":', ...goods(1), ...broken])).problem?.code).toBe("JsonArray");
  });

  test("counts nothing where it is no file of records", async () => {
    expect(await checked(["[]"])).toMatchObject({ counts: { records: 0, results: 0, errors: 0 } });
  });
});

describe("a file of records", () => {
  test("without a good one says how many lines it has", async () => {
    const { problem } = await checked(["1", "2", "3"]);
    expect(problem?.message).toBe(
      "None of the file's 3 lines is a record that can be run. Mend them as each one's error says.",
    );
  });

  test("that cannot be cut says between which limits", async () => {
    const { problem } = await checked(goods(15), { minRecords: 10 });
    expect(problem).toEqual({
      code: "CannotPack",
      message:
        "The file's 15 records cannot be cut into jobs of at least 10 records, at most 10 records and at most 5000000000 bytes. Drop them together with more or smaller records, or change the lane's limits.",
    });
  });

  test("is checked within the limits that are asked for, and the others", async () => {
    expect((await checked(goods(30), {}, { maxJobs: 2 })).problem?.code).toBe("TooManyJobs");
    expect((await checked(goods(30), {}, { maxJobs: 3 })).jobs).toBe(3);
    expect((await checked(goods(3), {}, { maxInputBytes: 20 })).problem?.code).toBe("TooLarge");
  });

  test("makes 2,000 jobs at most, where nobody asks for fewer", async () => {
    const one = { maxRecords: 1, minRecords: 1 };
    expect((await checked(goods(2_000), one)).jobs).toBe(2_000);
    expect((await checked(goods(2_001), one)).problem?.message).toMatch(/more than 2000 jobs/);
  });

  test("of more pieces than can be remembered needs too many jobs", () => {
    const tiny = { maxRecords: 8, maxBytes: 64 };
    const strides = new Strides(tiny);
    while (!strides.overflowed) strides.add(64);
    const { records } = strides;
    expect(
      judge(
        { records, good: records, strides },
        { ...tiny, minRecords: 1 },
        { maxJobs: 2_000, small: "refuse", hasFiller: true },
      ),
    ).toMatchObject({
      problem: { code: "TooManyJobs" },
    });
  });
});
