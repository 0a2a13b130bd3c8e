import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PackingLimits, pack, type Share } from "./packing.ts";
import { Strides } from "./strides.ts";

const MAX_JOBS = 2_000;

function packed(sizes: readonly number[], limits: PackingLimits, maxJobs = MAX_JOBS) {
  const strides = new Strides(limits);
  for (const size of sizes) strides.add(size);
  return pack(strides.cuts(), limits, maxJobs);
}

function sharesOf(sizes: readonly number[], limits: PackingLimits): Share[] {
  const { shares } = packed(sizes, limits);
  if (shares === undefined) throw new Error("There is no way to pack these.");
  return shares;
}

/** The fewest jobs that respect every limit, by trying every cut; infinite if there are none. */
function fewest(sizes: readonly number[], { maxRecords, maxBytes, minRecords }: PackingLimits): number {
  const best = [0];
  for (let to = 1; to <= sizes.length; to++) {
    let least = Number.POSITIVE_INFINITY;
    for (let from = to - 1, bytes = 0; from >= 0 && to - from <= maxRecords; from--) {
      bytes += sizes[from] ?? 0;
      if (bytes > maxBytes) break;
      if (to - from >= minRecords) least = Math.min(least, (best[from] ?? 0) + 1);
    }
    best.push(least);
  }
  return best[sizes.length] ?? 0;
}

const limits = fc
  .record({
    maxRecords: fc.integer({ min: 1, max: 30 }),
    maxBytes: fc.integer({ min: 100, max: 2_000 }),
    min: fc.nat(29),
  })
  .map(({ min, ...upper }) => ({ ...upper, minRecords: 1 + (min % upper.maxRecords) }));
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 5 })), {
  minLength: 1,
  maxLength: 200,
});

describe("packing", () => {
  test("loses and repeats no record, respects every limit, and makes the fewest jobs there can be", () => {
    fc.assert(
      fc.property(sizes, limits, (given, within) => {
        const { shares } = packed(given, within);
        const least = fewest(given, within);
        if (shares === undefined) {
          expect(least).toBe(Number.POSITIVE_INFINITY);
          return;
        }
        expect(shares.length).toBe(least);
        let at = 0;
        let offset = 0;
        for (const { records, start, end } of shares) {
          const bytes = given.slice(at, at + records).reduce((sum, size) => sum + size, 0);
          expect({ start, end }).toEqual({ start: offset, end: offset + bytes });
          expect(records).toBeGreaterThanOrEqual(within.minRecords);
          expect(records).toBeLessThanOrEqual(within.maxRecords);
          expect(bytes).toBeLessThanOrEqual(within.maxBytes);
          at += records;
          offset += bytes;
        }
        expect(at).toBe(given.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test("records of one size are shared alike, to one record", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_JOBS }), fc.integer({ min: 1, max: 400 }), (count, maxRecords) => {
        const shares = sharesOf(Array(count).fill(10), { maxRecords, maxBytes: 1e9, minRecords: 1 });
        const counts = shares.map(({ records }) => records);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(shares.length).toBe(Math.ceil(count / maxRecords));
      }),
    );
  });

  test("where bytes are what fills jobs, no job has much less than half of another's", () => {
    const lines = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 100, maxLength: 2_000 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 200, max: 5_000 }), (given, maxBytes) => {
        const bytes = sharesOf(given, { maxRecords: 1e6, maxBytes, minRecords: 1 }).map(
          ({ start, end }) => end - start,
        );
        expect(Math.min(...bytes)).toBeGreaterThanOrEqual(Math.max(...bytes) / 2 - 20);
      }),
    );
  });

  test("a full job and one record more become two halves", () => {
    const shares = sharesOf(Array(50_001).fill(100), { maxRecords: 50_000, maxBytes: 1e9, minRecords: 100 });
    expect(shares.map(({ records }) => records)).toEqual([25_001, 25_000]);
  });

  test("jobs are alike in what fills them, be it records or bytes, and in records where it is both", () => {
    const given = [...Array(50).fill(1), ...Array(10).fill(10)];
    const counts = (maxRecords: number, maxBytes: number) =>
      sharesOf(given, { maxRecords, maxBytes, minRecords: 1 }).map(({ records }) => records);
    expect(counts(40, 1_000)).toEqual([30, 30]);
    // 80 and 70 bytes: no cut lies nearer to the middle.
    expect(counts(1_000, 100)).toEqual([53, 7]);
    // A job and a quarter, whichever is counted.
    expect(counts(48, 120)).toEqual([30, 30]);
  });

  test("a job with no record more than the minimum leaves the others as even as they were", () => {
    const given = [...Array(5).fill(14), ...Array(7).fill(10)];
    const shares = sharesOf(given, { maxRecords: 100, maxBytes: 100, minRecords: 5 });
    expect(shares.map(({ records }) => records)).toEqual([5, 7]);
  });

  test("where the minimum needs more jobs than the upper limits do, so many must be allowed", () => {
    // Of the three jobs that the bytes would need, the one in the middle would have two records: 5 and 6 bytes.
    const given = [1, 1, 2, 2, 5, 5, 6, 3, 1, 1, 3, 4];
    const within = { maxRecords: 100, maxBytes: 12, minRecords: 3 };
    expect(packed(given, { ...within, minRecords: 2 }, 3).shares).toHaveLength(3);
    expect(packed(given, within, 4).shares).toHaveLength(4);
    expect(packed(given, within, 3)).toEqual({ failure: "tooMany" });
  });

  test("says so where there are too many jobs, or no cut keeps every job above the minimum", () => {
    expect(packed(Array(21).fill(1), { maxRecords: 2, maxBytes: 100, minRecords: 1 }, 10)).toEqual({
      failure: "tooMany",
    });
    expect(packed(Array(20).fill(1), { maxRecords: 2, maxBytes: 100, minRecords: 1 }, 10).shares).toHaveLength(10);
    expect(packed(Array(150).fill(1), { maxRecords: 100, maxBytes: 1e6, minRecords: 100 })).toEqual({
      failure: "noCut",
    });
  });
});
