import { describe, expect, test } from "vitest";
import { pack } from "./packing.ts";
import { Strides } from "./strides.ts";

const lane = { maxRecords: 50_000, maxBytes: 1_000_000_000, minRecords: 100 };

describe("strides of a large file", () => {
  test("ten million records are remembered in about a million cuts, and full jobs stay full", () => {
    const strides = new Strides(lane);
    for (let record = 0; record < 10_000_000; record++) strides.add(100);
    const cuts = strides.cuts();
    expect(cuts.count).toBeLessThanOrEqual(2 ** 20);
    expect(cuts.records[cuts.count - 1]).toBe(10_000_000);
    expect(cuts.bytes[cuts.count - 1]).toBe(1_000_000_000);
    const { shares = [] } = pack(cuts, lane, 2_000);
    expect(shares.length).toBe(200);
    expect(shares.every(({ records }) => records === 50_000)).toBe(true);
  });

  test("full jobs stay full where strides grow by three, which does not divide the table", () => {
    const odd = { ...lane, maxRecords: 45_045 };
    const strides = new Strides(odd);
    for (let record = 0; record < 30 * odd.maxRecords; record++) strides.add(100);
    expect(pack(strides.cuts(), odd, 2_000).shares).toHaveLength(30);
  });

  test("large records behind millions of small ones never share a stride beyond a job's bytes", () => {
    const strides = new Strides(lane);
    for (let record = 0; record < 3_000_000; record++) strides.add(200);
    for (let record = 0; record < 300; record++) strides.add(20_000_000);
    const { shares = [] } = pack(strides.cuts(), { ...lane, minRecords: 10 }, 2_000);
    expect(shares.reduce((sum, { records }) => sum + records, 0)).toBe(3_000_300);
    for (const { records, start, end } of shares) {
      expect(end - start).toBeLessThanOrEqual(lane.maxBytes);
      expect(records).toBeLessThanOrEqual(lane.maxRecords);
    }
  });

  test("overflow only where far more than 2,000 jobs would be needed", () => {
    const small = { maxRecords: 100, maxBytes: 1_000_000, minRecords: 1 };
    const strides = new Strides(small);
    let records = 0;
    while (!strides.overflowed && records < 5_000_000) {
      strides.add(50);
      records++;
    }
    expect(strides.overflowed).toBe(true);
    expect(records).toBeGreaterThan(2_000 * small.maxRecords);
    strides.add(50);
    expect(strides.records).toBe(records + 1);
  });
});
