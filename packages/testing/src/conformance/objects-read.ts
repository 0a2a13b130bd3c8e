import { ObjectChanged, ObjectMissing, type Piece } from "@sluice/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesOf, expectBytes, patternOf, type Subject, utf8 } from "./objects-subject.ts";

/** The ways to ask for an object: whole, in part, and for nothing of it. */
const spans: Pick<Piece, "start" | "end">[] = [{}, { start: 2 }, { start: 1, end: 3 }, { start: 2, end: 2 }];

export function readConformance(subject: Subject): void {
  it("has no head for what was never written", async () => {
    expect(await subject.store.head(`${subject.folder()}none.jsonl`)).toBeUndefined();
  });

  it("tells an object's size, time and metadata, with the metadata's names in lower case", async () => {
    const key = `${subject.folder()}a.jsonl`;
    const before = Date.now();
    await subject.put(key, utf8("twelve bytes"), { "Sluice-Model": "a.model-v1:0", priority: "3" });
    const head = await subject.store.head(key);
    expect(head).toMatchObject({ key, sizeBytes: 12, metadata: { "sluice-model": "a.model-v1:0", priority: "3" } });
    expect(head?.etag).not.toBe("");
    // HTTP dates have whole seconds, and file systems have clocks of their own.
    expect(Math.abs((head?.lastModified ?? 0) - before)).toBeLessThan(60_000);
  });

  it("gives another etag to other content, and no metadata of the content before", async () => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("first"), { priority: "3" });
    const first = await subject.store.head(key);
    await subject.put(key, utf8("other"));
    const second = await subject.store.head(key);
    expect(second?.etag).not.toBe(first?.etag);
    expect(second?.metadata).toEqual({});
  });

  it("keeps the etag of an object that nobody writes", async () => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("bytes"));
    const etag = (await subject.store.head(key))?.etag;
    await bytesOf(subject.store, { key });
    expect((await subject.store.head(key))?.etag).toBe(etag);
  });

  it("reads a whole object back, byte for byte", async () => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(3_000_017, 1);
    await subject.put(key, bytes);
    expectBytes(await bytesOf(subject.store, { key }), bytes);
  });

  it("reads an empty object as no bytes", async () => {
    const key = `${subject.folder()}empty.jsonl`;
    await subject.put(key, new Uint8Array());
    expectBytes(await bytesOf(subject.store, { key }), new Uint8Array());
  });

  it("reads any range as the same slice of the whole, cut at the object's end", async () => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(10_007, 2);
    await subject.put(key, bytes);
    const place = fc.integer({ min: 0, max: 11_000 });
    await fc.assert(
      fc.asyncProperty(place, fc.option(place, { nil: undefined }), async (start, length) => {
        const piece = length === undefined ? { key, start } : { key, start, end: start + length };
        expectBytes(await bytesOf(subject.store, piece), bytes.subarray(piece.start, piece.end));
      }),
      { numRuns: 40 },
    );
  });

  it("reads an object that still is the one asked for", async () => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("bytes"));
    const etag = (await subject.store.head(key))?.etag ?? "";
    expectBytes(await bytesOf(subject.store, { key, etag }), utf8("bytes"));
    expectBytes(await bytesOf(subject.store, { key, etag, start: 1, end: 3 }), utf8("yt"));
  });

  it.each(spans)("throws ObjectChanged when the object is another than was asked for: %j", async (span) => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("bytes"));
    const etag = (await subject.store.head(key))?.etag ?? "";
    await subject.put(key, utf8("other"));
    await expect(bytesOf(subject.store, { key, etag, ...span })).rejects.toThrow(ObjectChanged);
  });

  it.each(spans)("throws ObjectMissing when there is no object, with or without an etag: %j", async (span) => {
    const key = `${subject.folder()}none.jsonl`;
    await expect(bytesOf(subject.store, { key, ...span })).rejects.toThrow(ObjectMissing);
    await expect(bytesOf(subject.store, { key, etag: "any", ...span })).rejects.toThrow(ObjectMissing);
  });

  it("never mixes two versions: a read that has begun gives the old bytes or throws ObjectChanged", async () => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(8_000_003, 3);
    await subject.put(key, bytes);
    const chunks: Uint8Array[] = [];
    let changed = false;
    try {
      for await (const chunk of subject.store.read({ key })) {
        if (chunks.push(chunk) === 1) await subject.put(key, patternOf(8_000_003, 4));
      }
    } catch (error) {
      expect(error).toBeInstanceOf(ObjectChanged);
      changed = true;
    }
    if (!changed) expectBytes(Buffer.concat(chunks), bytes);
  });

  it("serves others after a reader has stopped half-way", async () => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(4_000_003, 5);
    await subject.put(key, bytes);
    for (let round = 0; round < 20; round++) for await (const _ of subject.store.read({ key })) break;
    expectBytes(await bytesOf(subject.store, { key }), bytes);
  });
}
