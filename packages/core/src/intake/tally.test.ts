import { expect, test } from "vitest";
import { Tally } from "./tally.ts";

test("a sentence is told once, with how often and its first five lines, and the number of sentences is bounded", () => {
  const tally = new Tally();
  for (let line = 1; line <= 10_000; line++) {
    tally.add({ code: "Same", message: "the same" }, line);
    tally.add({ code: "Other", message: `field ${line}` }, line);
  }
  const { all } = tally;
  expect(all[0]).toEqual({ code: "Same", message: "the same", count: 10_000, lines: [1, 2, 3, 4, 5] });
  expect(all).toHaveLength(51);
  expect(all.at(-1)).toMatchObject({ code: "Others", count: 10_000 - 49 });
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
});
