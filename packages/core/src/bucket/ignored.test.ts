import { describe, expect, test } from "vitest";
import { isIgnored } from "./ignored.ts";

describe("what tools leave beside files is no drop", () => {
  test.each([
    "to-process/spark/run=1/_SUCCESS",
    "to-process/spark/run=1/.part-00000.jsonl.crc",
    "to-process/spark/run=1/part-00001.jsonl.crc",
    "to-process/spark/run=1/_temporary/0/task_0001/part-00000.jsonl",
    "to-process/_x=1",
    "to-process/.git/a=1/file.jsonl",
    "to-process/edit/calls.jsonl~",
    "to-process/edit/calls.jsonl.tmp",
    "to-process/edit/calls.jsonl.TMP",
    "to-process/calls.jsonl.filepart",
    "to-process/mac/.DS_Store",
    "to-process/folder/",
    "to-process/",
    "processed/a.jsonl",
  ])("%s", (key) => {
    expect(isIgnored(key)).toBe(true);
  });
});

describe("but a drop is", () => {
  test.each([
    "to-process/a.jsonl",
    "to-process/spark/run=1/part-00000.jsonl",
    "to-process/_day=1/part-00000.jsonl",
    "to-process/a_b/c.d",
    "to-process/crc",
    "to-process/tmp.jsonl",
    "to-process/~a.jsonl",
    "to-process/a~/b.jsonl",
    "to-process//a.jsonl",
    "to-process/no ending",
  ])("%s", (key) => {
    expect(isIgnored(key)).toBe(false);
  });
});
