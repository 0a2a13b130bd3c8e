import { expect, test } from "vitest";
import { Estimate } from "./estimate.ts";

const SECOND_MS = 1_000;

test("the rest is estimated by the pace since the first record was done, not by the time before", () => {
  const estimate = new Estimate();
  expect(estimate.remainingMs(60 * SECOND_MS, 0, 100), "jobs wait for slots and checks").toBeUndefined();
  expect(estimate.remainingMs(61 * SECOND_MS, 10, 100)).toBeUndefined();
  expect(estimate.remainingMs(62 * SECOND_MS, 20, 100), "too early to say").toBeUndefined();
  expect(estimate.remainingMs(65 * SECOND_MS, 50, 100)).toBe(5 * SECOND_MS);
  expect(estimate.remainingMs(90 * SECOND_MS, 100, 100), "nothing is left").toBeUndefined();
});

test("nothing is estimated while nothing moves", () => {
  const estimate = new Estimate();
  estimate.remainingMs(0, 10, 100);
  expect(estimate.remainingMs(60 * SECOND_MS, 10, 100)).toBeUndefined();
});
