import { describe, expect, it } from "vitest";
import { objectsConformance } from "../conformance/objects.ts";
import { MemoryObjects } from "./objects.ts";

objectsConformance(
  "MemoryObjects",
  async () => {
    const store = new MemoryObjects({ listPageKeys: 7, chunkBytes: 65_521 });
    return { store, put: async (...dropped) => store.put(...dropped) };
  },
  { listPageKeys: 7 },
);

describe("MemoryObjects", () => {
  it("gives every write its own etag, also of the same bytes", () => {
    const objects = new MemoryObjects();
    expect(objects.put("a", "same").etag).not.toBe(objects.put("a", "same").etag);
  });

  it("stamps objects with its clock's time", async () => {
    const objects = new MemoryObjects({ clock: { now: () => 1_234 } });
    objects.put("a", "x");
    expect(await objects.head("a")).toMatchObject({ lastModified: 1_234 });
  });

  it("streams in chunks of the size it is told, and keeps its bytes to itself", async () => {
    const objects = new MemoryObjects({ chunkBytes: 2 });
    objects.put("a", "abcde");
    const chunks: string[] = [];
    for await (const chunk of objects.read({ key: "a" })) {
      chunks.push(new TextDecoder().decode(chunk));
      chunk.fill(0);
    }
    expect(chunks).toEqual(["ab", "cd", "e"]);
    expect(objects.text("a")).toBe("abcde");
    expect(objects.keys()).toEqual(["a"]);
  });
});
