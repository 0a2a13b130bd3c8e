import { MemoryObjects } from "@sluice/testing";
import { expect, test } from "vitest";
import { LineWriter } from "./line-writer.ts";

const BLOCK_BYTES = 1_000_000;

test("lines of every length around a block's come out whole, each with its end", async () => {
  for (const first of [0, 1, 2, BLOCK_BYTES])
    for (const length of [0, BLOCK_BYTES - 3, BLOCK_BYTES - 2, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1]) {
      const objects = new MemoryObjects();
      const writer = new LineWriter(objects, "settled/x");
      const texts = ["a".repeat(first), "b".repeat(length), "c"];
      for (const text of texts) await writer.add(new TextEncoder().encode(text));
      await writer.close();
      expect(writer.count).toBe(3);
      expect(objects.text("settled/x") === texts.map((text) => `${text}\n`).join("")).toBe(true);
    }
});

test("a line may be overwritten once it was added", async () => {
  const objects = new MemoryObjects();
  const writer = new LineWriter(objects, "settled/x");
  const line = new TextEncoder().encode("abc");
  await writer.add(line);
  line.fill(0);
  await writer.close();
  expect(objects.text("settled/x")).toBe("abc\n");
});

test("nothing is visible before the end, and no lines make an empty object", async () => {
  const objects = new MemoryObjects();
  const writer = new LineWriter(objects, "settled/x");
  expect(objects.keys()).toEqual([]);
  await writer.close();
  expect(objects.text("settled/x")).toBe("");
});
