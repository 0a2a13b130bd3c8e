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

  test("a file can be cut behind each of a million records, and strides double only where the table is full", () => {
    const strides = new Strides({ maxRecords: 16, maxBytes: 1_000_000_000 });
    const addUpTo = (records: number) => {
      while (strides.records < records) strides.add(100);
      return strides.cuts().count;
    };
    expect(addUpTo(2 ** 20)).toBe(2 ** 20);
    expect(addUpTo(2 ** 20 + 1)).toBe(2 ** 19 + 1);
    expect(addUpTo(2 ** 21)).toBe(2 ** 20);
    expect(strides.overflowed).toBe(false);
    // Strides of four would be more than an eighth of a job.
    expect(addUpTo(2 ** 21 + 3)).toBe(2 ** 20);
    expect(strides.overflowed).toBe(true);
    expect(strides.cuts().records[2 ** 20 - 1]).toBe(2 ** 21 + 3);
  });

  test("records join up to a 64th of a job's bytes, and no further than frees a quarter of the table", () => {
    const strides = new Strides({ maxRecords: 50_000, maxBytes: 6_400 });
    for (let record = 0; record < 2 ** 19; record++) strides.add(50);
    for (let record = 0; record < 2 ** 19; record++) strides.add(51);
    strides.add(200);
    const { count, bytes } = strides.cuts();
    expect(count).toBe(2 ** 18 + 2 ** 19 + 1);
    expect(Array.from(bytes.subarray(0, 3))).toEqual([100, 200, 300]);
    expect(Array.from(bytes.subarray(count - 3, count), (end) => end - 2 ** 19 * 101)).toEqual([-51, 0, 200]);
  });

  test("no cut is lost where the table grows", () => {
    for (const records of [0, 1, 4_096, 4_097, 8_192, 8_193]) {
      const strides = new Strides(lane);
      for (let record = 0; record < records; record++) strides.add(10);
      const cuts = strides.cuts();
      expect(cuts.count).toBe(records);
      expect(cuts.records.subarray(0, records).every((end, at) => end === at + 1)).toBe(true);
      expect(cuts.bytes.subarray(0, records).every((end, at) => end === (at + 1) * 10)).toBe(true);
    }
  });
});
