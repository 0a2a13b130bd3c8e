import { describe, expect, it } from "vitest";
import { checkReport } from "./check.ts";

const told = (message: string, count: number, lines: number[]) => ({ code: "BadModelInput", message, count, lines });
const file = { file: "a.jsonl", model: "m", ok: false, jobs: 1, errors: [] };

describe("what is wrong with a file", () => {
  it("is told once for all its lines, with how many they are and the first of them", () => {
    const faults = [told("modelInput.model: …", 900, [3, 4, 5, 6, 7]), told("modelInput.stream: …", 2, [1, 9])];
    const warnings = [{ ...told("several on one line", 1, [8]), code: "JoinedRecords" }];
    const counts = { records: 1_000, results: 0, errors: 902 };
    expect(checkReport({ ...file, counts, faults, warnings }).split("\n")).toEqual([
      "a.jsonl:3: BadModelInput modelInput.model: … (and 899 more: 4, 5, 6, 7, …)",
      "a.jsonl:1: BadModelInput modelInput.stream: … (and 1 more: 9)",
      "a.jsonl:8: JoinedRecords several on one line",
      "a.jsonl: 98 of 1000 records can be run, in 1 job of m",
    ]);
  });

  it("that is true of the file as a whole has no line", () => {
    const warnings = [{ ...told("bytes behind it", 1, []), code: "BytesBehindGzip" }];
    const counts = { records: 1, results: 0, errors: 0 };
    expect(checkReport({ ...file, ok: true, counts, faults: [], warnings }).split("\n")[0]).toBe(
      "a.jsonl: BytesBehindGzip bytes behind it",
    );
  });
});
