import { MemoryObjects } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { recordLines } from "../records/record-lines.ts";
import { findOutput } from "./job-output.ts";
import type { OutputKind } from "./output-line.ts";
import { Outputs } from "./outputs.ts";
import { InputLines } from "./prepared-input.ts";
import { aJob, counts, IDS, INPUT, input, lines, OUTPUT, refusal, result, Story } from "./settle-stories.ts";
import { SettledFiles } from "./settled-files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (line: Uint8Array) => new TextDecoder().decode(line);

describe("outputs", () => {
  test("are told in the input's order, each as a result or an error, whichever pass brings them", async () => {
    const story = new Story();
    const outputs = [result("d"), refusal("c"), "{}", "no JSON", result("b"), refusal("a"), result("nobody")];
    const { key } = story.put(OUTPUT, lines(...outputs));
    const output = (await story.head(key))!;
    const input = { key: INPUT };
    for (const budgetBytes of [0, 1_000_000]) {
      const told: [number, OutputKind, string][] = [];
      const strays: string[] = [];
      const unreadable: string[] = [];
      const of = (recordId: string) => (IDS.includes(recordId) ? IDS.indexOf(recordId) : undefined);
      const reader = new Outputs(story, { output, input, positions: { count: 4, of } }, budgetBytes, {
        output: async (position, kind, line) => void told.push([position, kind, text(line)]),
        stray: async (line) => void strays.push(text(line)),
        unreadable: async (line) => void unreadable.push(text(line)),
      });
      expect(await reader.firstPass()).toEqual({ lines: 7, records: 4, nobodys: 1 });
      await reader.laterPasses();
      expect(told).toEqual([
        [0, "error", refusal("a")],
        [1, "result", result("b")],
        [2, "error", refusal("c")],
        [3, "result", result("d")],
      ]);
      expect([strays, unreadable]).toEqual([[result("nobody"), "{}"], ["no JSON"]]);
    }
  });
});

describe("a job's output", () => {
  test("has what is there, and nothing for what is not", async () => {
    const story = new Story();
    const failed = { ...aJob, status: "Failed" } as const;
    expect(await findOutput(story, failed)).toStrictEqual({});
    story.bedrockWrote(lines(result("a")), undefined);
    expect(Object.keys(await findOutput(story, failed))).toEqual(["lines"]);
    story.bedrockWrote(undefined, counts(4));
    expect(Object.keys(await findOutput(story, failed))).toEqual(["lines", "manifest"]);
  });
});

test("the lines of a piece have the places that they have in the object", async () => {
  const objects = new MemoryObjects({ chunkBytes: 3 });
  objects.put("x", "one\n\n \ntwo\nthree\n");
  const placesOf = async (start?: number) => {
    const places: [number, number, string][] = [];
    for await (const batch of recordLines(objects, start === undefined ? { key: "x" } : { key: "x", start }, 100))
      for (const line of batch) places.push([line.start, line.end, text(line.bytes)]);
    return places;
  };
  const behind = [
    [7, 11, "two"],
    [11, 17, "three"],
  ];
  expect(await placesOf()).toEqual([[0, 4, "one"], ...behind]);
  expect(await placesOf(4)).toEqual(behind);
});

describe("the input's lines", () => {
  test("are given in order, and each but once", async () => {
    const story = new Story();
    story.chunkBytes = 150;
    const inputLines = new InputLines(story, { key: INPUT });
    expect(text(await inputLines.at(1))).toBe(input("b"));
    expect(text(await inputLines.at(3))).toBe(input("d"));
    await expect(inputLines.at(0)).rejects.toThrow(`Record 0 of ${INPUT} was asked for too late.`);
    await expect(inputLines.at(4)).rejects.toThrow(
      `The prepared input ${INPUT} ends before record 4. Collect it again.`,
    );
  });
});

test("more lines than records are a fault that settles nothing", async () => {
  const story = new Story();
  const files = new SettledFiles(story, aJob, { key: INPUT, etag: "etag" });
  for (const position of [0, 1]) await files.output(position, "result", bytes(result("a")));
  await expect(files.close(1)).rejects.toThrow(
    `Job ${aJob.jobId} has 1 records, and 2 results and 0 errors were written. Nothing was settled; this is a fault of Sluice, please report it.`,
  );
  expect(story.keys("settled/")).toEqual([]);
});
