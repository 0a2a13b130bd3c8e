import { expect, it } from "vitest";
import { bytesOf, expectBytes, keysBelow, MIB, patternOf, type Subject, utf8, write } from "./objects-subject.ts";

/** Around the sizes at which a store begins to send parts. */
const sizes = [0, 1, 70_001, 5 * MIB - 1, 5 * MIB, 8 * MIB, 8 * MIB + 1, 16 * MIB, 21_000_019];

export function writeConformance(subject: Subject): void {
  it.each(sizes)("writes an object of %i bytes", async (sizeBytes) => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(sizeBytes, 6);
    await write(subject.store, key, bytes);
    expect(await subject.store.head(key)).toMatchObject({ key, sizeBytes, metadata: {} });
    expectBytes(await bytesOf(subject.store, { key }), bytes);
  });

  it("writes chunks of any size as one", async () => {
    const key = `${subject.folder()}a.bin`;
    const bytes = patternOf(9 * MIB, 7);
    const writer = subject.store.writer(key);
    let at = 0;
    for (const chunkBytes of [0, 1, 3, 6 * MIB, 0, 65_536, bytes.byteLength]) {
      await writer.write(bytes.subarray(at, at + chunkBytes));
      at = Math.min(at + chunkBytes, bytes.byteLength);
    }
    await writer.close();
    expectBytes(await bytesOf(subject.store, { key }), bytes);
  });

  it.each([1_000, 17 * MIB])("shows nothing of %i written bytes before it is closed", async (sizeBytes) => {
    const folder = subject.folder();
    const key = `${folder}a.bin`;
    const writer = subject.store.writer(key);
    await writer.write(patternOf(sizeBytes, 8));
    expect(await subject.store.head(key)).toBeUndefined();
    expect(await keysBelow(subject.store, folder)).toEqual([]);
    await writer.close();
    expect(await keysBelow(subject.store, folder)).toEqual([key]);
  });

  it.each([0, 1_000, 17 * MIB])("leaves nothing of %i written bytes once it is aborted", async (sizeBytes) => {
    const folder = subject.folder();
    const writer = subject.store.writer(`${folder}a.bin`);
    await writer.write(patternOf(sizeBytes, 9));
    await writer.abort();
    await writer.abort();
    expect(await keysBelow(subject.store, folder)).toEqual([]);
    await expect(writer.close()).rejects.toThrow();
    await expect(writer.write(utf8("late"))).rejects.toThrow();
    expect(await keysBelow(subject.store, folder)).toEqual([]);
  });

  it("keeps the object when an abort comes after the close", async () => {
    const key = `${subject.folder()}a.jsonl`;
    const writer = subject.store.writer(key);
    await writer.write(utf8("kept"));
    await writer.close();
    await writer.abort();
    expectBytes(await bytesOf(subject.store, { key }), utf8("kept"));
  });

  it("replaces the whole of an object, and only when it is closed", async () => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("the longer old content"), { priority: "3" });
    const old = await subject.store.head(key);
    const writer = subject.store.writer(key);
    await writer.write(utf8("new"));
    expectBytes(await bytesOf(subject.store, { key }), utf8("the longer old content"));
    await writer.close();
    expectBytes(await bytesOf(subject.store, { key }), utf8("new"));
    const head = await subject.store.head(key);
    expect(head?.metadata).toEqual({});
    expect(head?.etag).not.toBe(old?.etag);
  });

  it("leaves the old object as it was when a new one is aborted", async () => {
    const key = `${subject.folder()}a.jsonl`;
    await subject.put(key, utf8("old"), { priority: "3" });
    const old = await subject.store.head(key);
    const writer = subject.store.writer(key);
    await writer.write(utf8("new"));
    await writer.abort();
    expect(await subject.store.head(key)).toEqual(old);
    expectBytes(await bytesOf(subject.store, { key }), utf8("old"));
  });

  it("does not mix two writers of one key: the last to close wins", async () => {
    const key = `${subject.folder()}a.bin`;
    const [first, second] = [patternOf(9 * MIB, 10), patternOf(9 * MIB, 11)];
    const writers = [subject.store.writer(key), subject.store.writer(key)] as const;
    await Promise.all([writers[0].write(first), writers[1].write(second)]);
    await writers[1].close();
    expectBytes(await bytesOf(subject.store, { key }), second);
    await writers[0].close();
    expectBytes(await bytesOf(subject.store, { key }), first);
  });
}
