import { expect, test } from "vitest";
import { waitSeconds } from "./redelivery.ts";

test("each delivery waits twice as long as the one before, up to a quarter of an hour", () => {
  expect([1, 2, 3, 4, 5, 50].map(waitSeconds)).toEqual([60, 120, 240, 480, 900, 900]);
});

test("a count that is none waits as the first delivery does", () => {
  expect([0, -1, Number.NaN, Number.POSITIVE_INFINITY].map(waitSeconds)).toEqual([60, 60, 60, 60]);
});
