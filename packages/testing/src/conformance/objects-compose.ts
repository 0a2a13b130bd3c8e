import { ObjectChanged, ObjectMissing, type Piece } from "@sluice/core";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { bytesOf, expectBytes, MIB, patternOf, type Subject, utf8 } from "./objects-subject.ts";

/** Around S3's smallest part, so that copies, joins and leftovers meet in every order. */
const sourceSizes = [0, 1, 1_000, 300_007, MIB, 2 * MIB, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB + 1, 11_000_003];
const COMPOSE_TIMEOUT_MS = 120_000;

export function composeConformance(subject: Subject): void {
  const sources: { key: string; bytes: Uint8Array; etag: string }[] = [];
  beforeAll(async () => {
    const folder = subject.folder();
    for (const [index, sizeBytes] of sourceSizes.entries()) {
      const key = `${folder}source ${index}+%.bin`;
      const bytes = patternOf(sizeBytes, 100 + index);
      await subject.put(key, bytes);
      sources.push({ key, bytes, etag: (await subject.store.head(key))?.etag ?? "" });
    }
  });

  it("makes an empty object of no pieces, and of empty pieces", async () => {
    const folder = subject.folder();
    await subject.put(`${folder}empty`, new Uint8Array());
    await subject.store.compose(`${folder}none`, []);
    await subject.store.compose(`${folder}two`, [
      { key: `${folder}empty` },
      { key: `${folder}empty`, start: 0, end: 0 },
    ]);
    expect(await subject.store.head(`${folder}none`)).toMatchObject({ sizeBytes: 0 });
    expect(await subject.store.head(`${folder}two`)).toMatchObject({ sizeBytes: 0 });
  });

  it("copies one whole object, without its metadata", async () => {
    const folder = subject.folder();
    await subject.put(`${folder}from`, utf8("all of it"), { priority: "3" });
    const etag = (await subject.store.head(`${folder}from`))?.etag ?? "";
    await subject.store.compose(`${folder}to`, [{ key: `${folder}from`, etag }], "application/jsonl");
    expectBytes(await bytesOf(subject.store, { key: `${folder}to` }), utf8("all of it"));
    expect((await subject.store.head(`${folder}to`))?.metadata).toEqual({});
    expect((await subject.store.head(`${folder}from`))?.metadata).toEqual({ priority: "3" });
  });

  it("takes an object's middle", async () => {
    const folder = subject.folder();
    await subject.put(`${folder}from`, utf8("head middle tail"));
    await subject.store.compose(`${folder}to`, [{ key: `${folder}from`, start: 5, end: 11 }]);
    expectBytes(await bytesOf(subject.store, { key: `${folder}to` }), utf8("middle"));
  });

  it("joins many small pieces in their order", async () => {
    const folder = subject.folder();
    const pieces: Piece[] = [];
    for (let i = 0; i < 150; i++) {
      await subject.put(`${folder}${i}`, utf8(`piece ${i}\n`));
      pieces.push({ key: `${folder}${i}` });
    }
    await subject.store.compose(`${folder}joined`, pieces);
    const expected = pieces.map((_, i) => `piece ${i}\n`).join("");
    expectBytes(await bytesOf(subject.store, { key: `${folder}joined` }), utf8(expected));
  });

  it("may write over one of its own pieces", async () => {
    const folder = subject.folder();
    await subject.put(`${folder}a`, utf8("a"));
    await subject.put(`${folder}b`, utf8("b"));
    await subject.store.compose(`${folder}a`, [{ key: `${folder}b` }, { key: `${folder}a` }, { key: `${folder}b` }]);
    expectBytes(await bytesOf(subject.store, { key: `${folder}a` }), utf8("bab"));
  });

  it(
    "is plain concatenation, for small and large pieces in any order",
    async () => {
      const key = `${subject.folder()}composed.bin`;
      const piece = fc.record({
        source: fc.nat({ max: sourceSizes.length - 1 }),
        cut: fc.option(
          fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        ),
        pinned: fc.boolean(),
      });
      const run = fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (drawn) => {
        const pieces: Piece[] = [];
        const expected: Uint8Array[] = [];
        for (const { source, cut, pinned } of drawn) {
          const from = sources[source];
          if (from === undefined) throw new Error("The sources were not written.");
          const ends = (cut ?? [0, 1]).map((part) => Math.round(part * from.bytes.byteLength)).sort((a, b) => a - b);
          const [start = 0, end = 0] = ends;
          pieces.push({ key: from.key, ...(cut ? { start, end } : {}), ...(pinned ? { etag: from.etag } : {}) });
          expected.push(from.bytes.subarray(start, end));
        }
        await subject.store.compose(key, pieces);
        expectBytes(await bytesOf(subject.store, { key }), Buffer.concat(expected));
      });
      await fc.assert(run, { numRuns: subject.capabilities.compositions });
    },
    COMPOSE_TIMEOUT_MS,
  );

  it.each([3, 9])("throws ObjectChanged for a piece that is another, and writes nothing: source %i", async (index) => {
    const key = `${subject.folder()}target`;
    await subject.put(key, utf8("as it was"));
    const [first, other] = [sources[index], sources[10]];
    const pieces = [{ key: other?.key ?? "" }, { key: first?.key ?? "", etag: other?.etag ?? "" }];
    await expect(subject.store.compose(key, pieces)).rejects.toThrow(ObjectChanged);
    await expect(subject.store.compose(key, pieces.slice(1))).rejects.toThrow(ObjectChanged);
    expectBytes(await bytesOf(subject.store, { key }), utf8("as it was"));
  });

  it("throws ObjectMissing for a piece that is not there, and writes nothing", async () => {
    const folder = subject.folder();
    const missing = { key: `${folder}missing` };
    for (const pieces of [[missing], [{ ...missing, start: 0, end: 0 }], [{ key: sources[10]?.key ?? "" }, missing]]) {
      await expect(subject.store.compose(`${folder}target`, pieces)).rejects.toThrow(ObjectMissing);
    }
    expect(await subject.store.head(`${folder}target`)).toBeUndefined();
  });
}
