import { ObjectMissing } from "@sluice/core";
import { expect, it } from "vitest";
import { bytesOf, keysBelow, pagesOf, type Subject, utf8 } from "./objects-subject.ts";

/** In UTF-8 byte order: it differs from that of UTF-16, of locales, and of names compared folder by folder. */
const ordered = ["A", "Z", "a-b", "a.b", "a/b", "a/b!/c", "a0", "aa", "a~", "aé", "ａ", "\uffee", "😀"];
const LIST_TIMEOUT_MS = 60_000;

export function listConformance(subject: Subject): void {
  const drop = async (keys: readonly string[]) => {
    for (const key of keys) await subject.put(key, utf8(key));
  };

  it("lists keys in the order of their UTF-8 bytes, whatever the order they were written in", async () => {
    const folder = subject.folder();
    await drop(ordered.map((name) => folder + name).reverse());
    expect(await keysBelow(subject.store, folder)).toEqual(ordered.map((name) => folder + name));
  });

  it("lists each object with the size and etag that its head has", async () => {
    const folder = subject.folder();
    await subject.put(`${folder}a`, utf8("some bytes"), { priority: "3" });
    const [listed] = (await subject.store.list(folder)).items;
    const head = await subject.store.head(`${folder}a`);
    expect(listed).toMatchObject({ key: head?.key, sizeBytes: head?.sizeBytes, etag: head?.etag });
    expect(Math.abs((listed?.lastModified ?? 0) - (head?.lastModified ?? 0))).toBeLessThan(1_000);
  });

  it("takes a prefix as characters, not as folders", async () => {
    const folder = subject.folder();
    await drop(ordered.map((name) => folder + name));
    const below = async (prefix: string) =>
      (await keysBelow(subject.store, folder + prefix)).map((key) => key.slice(folder.length));
    expect(await below("a/")).toEqual(["a/b", "a/b!/c"]);
    expect(await below("a/b")).toEqual(["a/b", "a/b!/c"]);
    expect(await below("a/b!")).toEqual(["a/b!/c"]);
    expect(await below("a.b")).toEqual(["a.b"]);
    expect(await below("a")).toEqual(["a-b", "a.b", "a/b", "a/b!/c", "a0", "aa", "a~", "aé"]);
    for (const none of ["none", "a.b/", "a/b/", "A/", "none/at/all"]) expect(await below(none)).toEqual([]);
  });

  it(
    "gives every key on exactly one page, also where a page ends with the last key",
    async () => {
      const { listPageKeys } = subject.capabilities;
      for (const count of [listPageKeys, 2 * listPageKeys + 1]) {
        const folder = subject.folder();
        const keys = Array.from({ length: count }, (_, i) => `${folder}${i % 3}/${String(i).padStart(5, "0")}`).sort();
        await drop(keys);
        const pages = await pagesOf(subject.store, folder);
        expect(pages.flat().map(({ key }) => key)).toEqual(keys);
        expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(listPageKeys);
      }
    },
    LIST_TIMEOUT_MS,
  );

  it(
    "goes on where a page ended, though keys were deleted and written in between",
    async () => {
      const { listPageKeys } = subject.capabilities;
      const folder = subject.folder();
      const keys = Array.from({ length: 2 * listPageKeys }, (_, i) => `${folder}${String(i).padStart(5, "0")}`);
      await drop(keys);
      const first = await subject.store.list(folder);
      await subject.store.delete(keys.slice(0, listPageKeys));
      await drop([`${folder}00000-late`]);
      const rest: string[] = [];
      for (let cursor = first.cursor; cursor !== undefined; ) {
        const page = await subject.store.list(folder, cursor);
        rest.push(...page.items.map(({ key }) => key));
        cursor = page.cursor;
      }
      expect([...first.items.map(({ key }) => key), ...rest]).toEqual(keys);
    },
    LIST_TIMEOUT_MS,
  );

  it("deletes the objects it is given, and no others", async () => {
    const folder = subject.folder();
    const keys = ["a", "b c+%", "d/e", "d/f", "日本語"].map((name) => folder + name);
    await drop(keys);
    await subject.store.delete([keys[1] ?? "", keys[2] ?? "", keys[4] ?? ""]);
    expect(await keysBelow(subject.store, folder)).toEqual([keys[0], keys[3]]);
    expect(await subject.store.head(keys[1] ?? "")).toBeUndefined();
    await expect(bytesOf(subject.store, { key: keys[1] ?? "" })).rejects.toThrow(ObjectMissing);
  });

  it("takes the deletion of what is not there, of nothing, and of more keys than one call may carry", async () => {
    const folder = subject.folder();
    await drop([`${folder}0`, `${folder}2099`, `${folder}kept`]);
    await subject.store.delete([]);
    await subject.store.delete(Array.from({ length: 2_100 }, (_, i) => `${folder}${i}`));
    expect(await keysBelow(subject.store, folder)).toEqual([`${folder}kept`]);
  });

  it("can write again what was deleted", async () => {
    const key = `${subject.folder()}d/a`;
    await drop([key]);
    await subject.store.delete([key]);
    await drop([key]);
    expect(await subject.store.head(key)).toMatchObject({ key });
  });
}
