import { describe, expect, it } from "vitest";
import { bytesOf, expectBytes, keysBelow, type Subject, utf8, write } from "./objects-subject.ts";

/** Keys that users have, and that URLs, XML, shells or file systems treat in their own ways. */
const awkward = [
  "with a space.jsonl",
  " leading and trailing ",
  "dt=2026-11-21/region=eu/a.jsonl",
  "a+b+c.jsonl",
  "100%.jsonl",
  "%41%2F%20+.jsonl",
  "someone@example.com:a.jsonl",
  "?query#fragment&x=1;y,z$.jsonl",
  "<tag attr='1' other=\"2\">&amp;.jsonl",
  "(a)[b]{c}!*'~^`|.jsonl",
  "back\\slash.jsonl",
  "line\nbreak.jsonl",
  "日本語/入力ファイル.jsonl",
  "e\u0301 is not \u00e9.jsonl",
  "🏳️‍🌈/😀.jsonl",
  ".hidden",
  "...",
  "~",
];

/** Keys that S3 has and a folder cannot have. */
const unfolderly = ["a//b", "trailing/", "./a", "../a", "a/../b", "a/./b", "a/..", `${"n".repeat(256)}.jsonl`];

export function keysConformance(subject: Subject): void {
  const { anyKey } = subject.capabilities;
  const longest = () => {
    const folder = subject.folder();
    const rest = `${"長".repeat(84)}/${"é".repeat(126)}/${"😀".repeat(62)}/`;
    return folder + rest + "x".repeat(1_000 - Buffer.byteLength(folder + rest));
  };

  it.each(anyKey ? [...awkward, ...unfolderly] : awkward)("does everything with the key %j", async (name) => {
    const folder = subject.folder();
    await everything(subject, folder, folder + name);
  });

  it("does everything with a key of 1,000 bytes", async () => {
    const key = longest();
    expect(Buffer.byteLength(key)).toBe(1_000);
    await everything(subject, key.slice(0, key.indexOf("/") + 1), key);
  });

  if (!anyKey) {
    describe.each(unfolderly.map((name) => [name.slice(0, 20), name]))("with the key %j", (_, name) => {
      const refusal = /cannot be kept in a folder/;
      it("refuses to write, compose, read and look, in words that name the key", async () => {
        const key = subject.folder() + name;
        await expect(write(subject.store, key, utf8("x"))).rejects.toThrow(refusal);
        await expect(write(subject.store, key, utf8("x"))).rejects.toThrow(JSON.stringify(key));
        await expect(subject.store.compose(key, [])).rejects.toThrow(refusal);
        await expect(bytesOf(subject.store, { key })).rejects.toThrow(refusal);
        await expect(subject.store.head(key)).rejects.toThrow(refusal);
        await expect(subject.store.delete([key])).rejects.toThrow(refusal);
        await expect(subject.put(key, utf8("x"))).rejects.toThrow(refusal);
      });
    });
  }
}

async function everything({ store, put }: Subject, folder: string, key: string): Promise<void> {
  await put(key, utf8("put"), { priority: "3" });
  expect(await store.head(key)).toMatchObject({ key, sizeBytes: 3, metadata: { priority: "3" } });
  await write(store, key, utf8("written"));
  const head = await store.head(key);
  expect(head).toMatchObject({ key, sizeBytes: 7 });
  expectBytes(await bytesOf(store, { key, etag: head?.etag ?? "", start: 1, end: 4 }), utf8("rit"));
  expect(await keysBelow(store, folder)).toEqual([key]);
  expect(await keysBelow(store, key)).toEqual([key]);
  await store.compose(`${folder}copy`, [{ key, etag: head?.etag ?? "" }]);
  await store.compose(key, [{ key: `${folder}copy` }, { key, start: 0, end: 2 }]);
  expectBytes(await bytesOf(store, { key }), utf8("writtenwr"));
  await store.delete([key]);
  expect(await keysBelow(store, folder)).toEqual([`${folder}copy`]);
}
