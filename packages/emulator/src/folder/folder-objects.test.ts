import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ObjectChanged, ObjectMissing } from "@sluice/core";
import { objectsConformance } from "@sluice/testing/conformance";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderObjects, KeyNotStorable } from "./index.ts";

objectsConformance(
  "FolderObjects",
  async () => {
    const home = await mkdtemp(join(tmpdir(), "sluice-folder-"));
    const store = await FolderObjects.open({ directory: join(home, "bucket"), listPageKeys: 7 });
    return {
      store,
      put: (...dropped) => store.put(...dropped),
      close: () => rm(home, { recursive: true, force: true }),
    };
  },
  { listPageKeys: 7, anyKey: false },
);

describe("FolderObjects", () => {
  let home: string;
  let directory: string;
  let store: FolderObjects;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "sluice-folder-"));
    directory = join(home, "bucket");
    store = await FolderObjects.open({ directory });
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const textOf = async (key: string) => {
    let text = "";
    for await (const chunk of store.read({ key })) text += Buffer.from(chunk).toString();
    return text;
  };
  const keys = async () => (await store.list("")).items.map(({ key }) => key);
  const temporaryFiles = () => readdir(join(`${directory}.aside`, "temporary"));

  it("sees what a user copies into it, and shows what it writes under the same name", async () => {
    await mkdir(join(directory, "to-process/日本"), { recursive: true });
    await writeFile(join(directory, "to-process/日本/a b+%.jsonl"), "dropped");
    expect(await textOf("to-process/日本/a b+%.jsonl")).toBe("dropped");
    const writer = store.writer("processed/日本/a b+%.jsonl/results.jsonl");
    await writer.write(Buffer.from("result"));
    await writer.close();
    expect(await readFile(join(directory, "processed/日本/a b+%.jsonl/results.jsonl"), "utf8")).toBe("result");
    expect(await temporaryFiles()).toEqual([]);
  });

  it("gives a file that is copied over an object another etag, and none of its metadata", async () => {
    await store.put("a.jsonl", Buffer.from("submitted"), { Priority: "3" });
    const submitted = await store.head("a.jsonl");
    await writeFile(join(home, "later"), "copied over");
    await copyFile(join(home, "later"), join(directory, "a.jsonl"));
    const copied = await store.head("a.jsonl");
    expect(submitted?.metadata).toEqual({ priority: "3" });
    expect(copied?.metadata).toEqual({});
    expect(copied?.etag).not.toBe(submitted?.etag);
  });

  it("keeps metadata for one that opens the folder later, and none of what was overwritten or deleted", async () => {
    await store.put("a.jsonl", Buffer.from("1"), { priority: "1" });
    await store.put("a.jsonl", Buffer.from("2"), { priority: "2" });
    await store.put("b.jsonl", Buffer.from("3"), { priority: "3" });
    await store.delete(["b.jsonl"]);
    const later = await FolderObjects.open({ directory });
    expect(await later.head("a.jsonl")).toMatchObject({ metadata: { priority: "2" } });
    expect(await readdir(join(`${directory}.aside`, "metadata"))).toHaveLength(1);
  });

  it("puts a copy of a file, and leaves the file where it is", async () => {
    await writeFile(join(home, "mine.jsonl"), "mine");
    const put = await store.put("to-process/mine.jsonl", { path: join(home, "mine.jsonl") }, { priority: "9" });
    expect(await store.head("to-process/mine.jsonl")).toEqual(put);
    expect(await textOf("to-process/mine.jsonl")).toBe("mine");
    expect(await readFile(join(home, "mine.jsonl"), "utf8")).toBe("mine");
    await expect(store.put("none", { path: join(home, "none") })).rejects.toThrow(/ENOENT/);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("throws ObjectChanged when a file is rewritten in place while it is read", async () => {
    const size = 3_000_000;
    await writeFile(join(directory, "a.bin"), Buffer.alloc(size, 1));
    const reading = async () => {
      let chunks = 0;
      for await (const _ of store.read({ key: "a.bin" }))
        if (++chunks === 1) await writeFile(join(directory, "a.bin"), Buffer.alloc(size - 1, 2));
    };
    await expect(reading()).rejects.toThrow(ObjectChanged);
  });

  it("never leaves its directory, and writes nothing outside, whatever the key", async () => {
    await writeFile(join(home, "secret"), "secret");
    await symlink(home, join(directory, "out"));
    for (const key of ["../secret", "a/../../secret", "out/secret", "/secret", "a\0b", "\ud800"]) {
      await expect(store.head(key)).rejects.toThrow(KeyNotStorable);
      await expect(textOf(key)).rejects.toThrow(KeyNotStorable);
      await expect(store.put(key, Buffer.from("x"))).rejects.toThrow(KeyNotStorable);
      await expect(store.delete([key])).rejects.toThrow(KeyNotStorable);
    }
    await expect(store.put("out/new/file", Buffer.from("x"))).rejects.toThrow(/symbolic link .* leads out/);
    for (const prefix of ["../", "a/../../", "/", "out/"]) expect((await store.list(prefix)).items).toEqual([]);
    expect(await readFile(join(home, "secret"), "utf8")).toBe("secret");
    expect((await readdir(home)).sort()).toEqual(["bucket", "bucket.aside", "secret"]);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("takes a link to a file of its own as that file, and replaces the link, not the file", async () => {
    await store.put("big.jsonl", Buffer.from("big"));
    await symlink("big.jsonl", join(directory, "a.jsonl"));
    expect(await keys()).toEqual(["a.jsonl", "big.jsonl"]);
    expect(await textOf("a.jsonl")).toBe("big");
    await store.put("a.jsonl", Buffer.from("new"));
    expect(await textOf("big.jsonl")).toBe("big");
  });

  it("has no object where no file of its own lies, opens nothing there, and says what is wrong with each", async () => {
    await writeFile(join(home, "secret.jsonl"), "secret");
    await mkdir(join(home, "outside"));
    await mkdir(join(directory, "to/deep"), { recursive: true });
    const at = (name: string) => join(directory, "to", name);
    await symlink(join(home, "secret.jsonl"), at("out.jsonl"));
    await symlink(join(home, "outside"), at("outdir"));
    await symlink("/dev/zero", at("zero.jsonl"));
    await symlink("circle.jsonl", at("circle.jsonl"));
    await symlink(".", at("itself"));
    await symlink("gone", at("dangling.jsonl"));
    execFileSync("mkfifo", [at("pipe.jsonl")]);
    const socket = createServer().listen(at("socket.jsonl"));
    await once(socket, "listening");
    await writeFile(Buffer.concat([Buffer.from(at("bad")), Buffer.from([0xff])]), "bytes");
    const long = Array(6).fill("D".repeat(200)).join("/");
    await mkdir(at(long), { recursive: true });
    await writeFile(join(at(long), "long.jsonl"), "long");
    await store.put("to/deep/good.jsonl", Buffer.from("good"));

    expect(await keys()).toEqual(["to/deep/good.jsonl"]);
    const wrong: Record<string, RegExp> = {
      "to/out.jsonl": /leads out of the bucket/,
      "to/outdir": /leads out of the bucket/,
      "to/zero.jsonl": /leads out of the bucket/,
      "to/circle.jsonl": /circle/,
      "to/itself": /link to a folder/,
      "to/dangling.jsonl": /link to nothing/,
      "to/pipe.jsonl": /is a pipe/,
      "to/socket.jsonl": /is a socket/,
    };
    for (const key of Object.keys(wrong)) {
      expect(await store.head(key)).toBeUndefined();
      await expect(textOf(key)).rejects.toThrow(ObjectMissing);
      await expect(store.compose("copy", [{ key }])).rejects.toThrow(ObjectMissing);
    }
    const told = new Map<string, string>();
    for await (const { key, why } of store.oddOnes("to/")) told.set(key, why);
    for (const [key, why] of Object.entries(wrong)) expect(told.get(key)).toMatch(why);
    expect(told.get("to/bad\ufffd")).toMatch(/not valid UTF-8/);
    expect(told.get(`to/${long}/long.jsonl`)).toMatch(/1024 are the most/);
    expect(told.size).toBe(Object.keys(wrong).length + 2);
    socket.close();
  });

  it.skipIf(process.getuid?.() === 0)("has no object where it may not read, and goes on beside it", async () => {
    await store.put("to/secret.jsonl", Buffer.from("x"));
    await store.put("to/closed/a.jsonl", Buffer.from("x"));
    await store.put("to/z.jsonl", Buffer.from("x"));
    await chmod(join(directory, "to/secret.jsonl"), 0);
    await chmod(join(directory, "to/closed"), 0);
    expect(await keys()).toEqual(["to/z.jsonl"]);
    expect(await store.head("to/secret.jsonl")).toBeUndefined();
    const told: string[] = [];
    for await (const { key } of store.oddOnes("to/")) told.push(key);
    expect(told.sort()).toEqual(["to/closed/", "to/secret.jsonl"]);
    await chmod(join(directory, "to/closed"), 0o700);
  });

  it("refuses an object where a directory is, and a directory where an object is, and harms neither", async () => {
    await store.put("a", Buffer.from("file"));
    await store.put("d/b", Buffer.from("file"));
    await expect(store.put("a/b", Buffer.from("x"), { priority: "1" })).rejects.toThrow(KeyNotStorable);
    await expect(store.put("d", Buffer.from("x"), { priority: "1" })).rejects.toThrow(KeyNotStorable);
    expect(await store.head("d")).toBeUndefined();
    expect(await store.head("a/b")).toBeUndefined();
    await store.delete(["d", "a/b"]);
    expect(await keys()).toEqual(["a", "d/b"]);
    expect(await readdir(join(`${directory}.aside`, "metadata"))).toEqual([]);
    expect(await temporaryFiles()).toEqual([]);
  });

  it("removes directories that a deletion leaves empty, while others write into them", async () => {
    await store.put("staging/one/two/a", Buffer.from("a"));
    await store.delete(["staging/one/two/a"]);
    expect(await readdir(directory)).toEqual([]);
    const rounds = Array.from({ length: 50 }, (_, i) => i);
    await Promise.all(
      rounds.map((i) =>
        store
          .put(`staging/one/${i % 2}/${i}`, Buffer.from("a"))
          .then(() => store.delete([`staging/one/${i % 2}/${i}`])),
      ),
    );
    expect(await readdir(directory)).toEqual([]);
  });

  it("removes the temporary files of processes that are no more, and none that is being written", async () => {
    const writer = store.writer("a");
    await writer.write(Buffer.alloc(2_000_000));
    const [living] = await temporaryFiles();
    // A day is longer than any abandoned file is kept.
    const abandoned = join(`${directory}.aside`, "temporary", "abandoned");
    await writeFile(abandoned, "half");
    const yesterday = Date.now() / 1_000 - 86_400;
    await utimes(abandoned, yesterday, yesterday);
    await FolderObjects.open({ directory });
    expect(await temporaryFiles()).toEqual([living]);
    await writer.abort();
    expect(await temporaryFiles()).toEqual([]);
  });

  it("will not keep its own files inside the bucket", async () => {
    await expect(FolderObjects.open({ directory, aside: join(directory, "aside") })).rejects.toThrow(
      /would be objects/,
    );
  });
});
