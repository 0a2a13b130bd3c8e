import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FingerprintSet, fingerprinter } from "./fingerprint.ts";

describe("fingerprints", () => {
  test("are XXH64 with seed 0, and keys of a Map", async () => {
    const fingerprint = await fingerprinter();
    // The published test vector of the empty input.
    expect(fingerprint("")).toBe(0xef46db3751d8e999n);
    expect(new Map([[fingerprint("CALL1"), "found"]]).get(fingerprint("CALL1"))).toBe("found");
  });

  test("a set of them says what a Set says", () => {
    // Values that meet in one table, in one slot, and at the free mark.
    const value = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 2n, max: 40n }),
      fc.constant(0n),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (values) => {
        const set = new FingerprintSet();
        const model = new Set<bigint>();
        for (const fingerprint of values) {
          expect(set.add(fingerprint)).toBe(!model.has(fingerprint));
          model.add(fingerprint);
        }
        expect(set.size).toBe(model.size);
      }),
    );
  });

  test("a set finds every one of 300,000 ids again after it has grown", async () => {
    const fingerprint = await fingerprinter();
    const set = new FingerprintSet();
    const ids = Array.from({ length: 300_000 }, (_, at) => `record-${at}`);
    expect(ids.filter((id) => !set.add(fingerprint(id)))).toEqual([]);
    expect(ids.filter((id) => set.add(fingerprint(id)))).toEqual([]);
    expect(set.size).toBe(ids.length);
  });
});
