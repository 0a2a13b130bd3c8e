import { describe, expect, test } from "vitest";
import { defaultTimings } from "../timings.ts";
import { isOver, isToCome, longestBlocks, longestLeaseMs, longestWakeMs } from "./clocks.ts";

const MINUTE_MS = 60_000;
const NOW = 1_800_000_000_000;

describe("a time that another clock wrote", () => {
  test("is over once it is longer ago than asked, and not before", () => {
    expect([9, 10, 11].map((ago) => isOver(NOW - ago, 10, NOW))).toEqual([false, false, true]);
  });

  test("is over also where it lies as far ahead: it is a wrong clock's", () => {
    expect([9, 10, 11].map((ahead) => isOver(NOW + ahead, 10, NOW))).toEqual([false, false, true]);
  });

  test("is waited for while it is to come, and only for as long as a right clock would have asked", () => {
    expect([-1, 0, 1, 10, 11].map((ahead) => isToCome(NOW + ahead, 10, NOW))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("the longest that a right clock asks for", () => {
  test("of a block is its kind's longest, and what right clocks differ by", () => {
    expect(longestBlocks(defaultTimings)).toEqual({
      quota: 16 * MINUTE_MS,
      throttled: 6 * MINUTE_MS,
      denied: 61 * MINUTE_MS,
      failures: 121 * MINUTE_MS,
    });
  });

  test("of a lease is that of a claim that is put back", () => {
    expect(longestLeaseMs(defaultTimings)).toBe(21 * MINUTE_MS);
  });

  test("of a wake message is the longest block, lease or look at a lane, whichever it is", () => {
    expect(longestWakeMs(defaultTimings)).toBe(121 * MINUTE_MS);
    const short = { firstMs: 1, mostMs: 1 };
    const unblocked = {
      ...defaultTimings,
      backoff: { quota: short, throttled: short, denied: short, failures: short },
    };
    expect(longestWakeMs(unblocked)).toBe(21 * MINUTE_MS);
    expect(longestWakeMs({ ...unblocked, rideMs: 60 * MINUTE_MS })).toBe(61 * MINUTE_MS);
  });
});
