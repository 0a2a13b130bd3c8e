import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf } from "./joins.ts";
import { type CopyRange, MIN_PART_BYTES, PART_BYTES } from "./multipart.ts";

const MAX_COPY_BYTES = 5 * 1_024 ** 3;

const sizeBytes = fc.oneof(
  fc.integer({ min: 1, max: 1_000 }),
  fc.integer({ min: 1, max: 2 * PART_BYTES }),
  fc.integer({ min: MIN_PART_BYTES - 2, max: MIN_PART_BYTES + 2 }),
  fc.integer({ min: 2 * MIN_PART_BYTES - 2, max: 2 * MIN_PART_BYTES + 2 }),
  fc.integer({ min: 1, max: 20_000_000_000 }),
);
const ranges = fc.array(
  fc
    .record({ start: fc.nat({ max: 10_000 }), sizeBytes })
    .map(({ start, sizeBytes }) => ({ start, end: start + sizeBytes })),
  { maxLength: 30 },
);

describe("partsOf", () => {
  it("keeps every byte once and in order, within S3's limits, and reads only what S3 cannot copy", () => {
    fc.assert(
      fc.property(ranges, (drawn) => {
        const given: CopyRange[] = drawn.map((range, i) => ({ ...range, key: `source-${i}`, etag: `etag-${i}` }));
        const parts = partsOf(given).map((part) => ("copy" in part ? [part.copy] : part.read));
        expect(merged(parts.flat())).toEqual(given);

        const sizes = parts.map(totalBytes);
        for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(MIN_PART_BYTES);
        for (const part of partsOf(given)) {
          if ("copy" in part) {
            expect(totalBytes([part.copy])).toBeGreaterThanOrEqual(MIN_PART_BYTES);
            expect(totalBytes([part.copy])).toBeLessThanOrEqual(MAX_COPY_BYTES);
          } else {
            expect(totalBytes(part.read)).toBeLessThanOrEqual(PART_BYTES);
            // A large range gives away no more than what the small ones before it lack.
            for (const read of part.read) expect(totalBytes([read])).toBeLessThan(2 * MIN_PART_BYTES);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("makes few parts of what is large: 20 GB are 38 copies", () => {
    expect(partsOf([{ key: "a", etag: "e", start: 0, end: 20_000_000_000 }])).toHaveLength(38);
  });

  it("makes no parts of nothing", () => {
    expect(partsOf([])).toEqual([]);
  });
});

function totalBytes(of: readonly CopyRange[]): number {
  return of.reduce((total, { start, end }) => total + end - start, 0);
}

/** Joins ranges that follow one another in one object. */
function merged(parts: readonly CopyRange[]): CopyRange[] {
  const whole: CopyRange[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (last?.key === part.key && last.end === part.start) last.end = part.end;
    else whole.push({ ...part });
  }
  return whole;
}
