import { MemoryObjects } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { ObjectWriter } from "../ports/objects.ts";
import { Blocks } from "./blocks.ts";

const KEY = "staging/lines.jsonl";
const BLOCK_BYTES = 1_000_000;

/** A bucket that notes how its writers are used. */
class NotedWriters extends MemoryObjects {
  readonly notes: (string | number)[] = [];

  override writer(key: string, contentType?: string): ObjectWriter {
    const { notes } = this;
    notes.push(`open as ${contentType}`);
    const inner = super.writer(key);
    return {
      write: (bytes) => {
        notes.push(bytes.length);
        return inner.write(bytes);
      },
      close: () => {
        notes.push("close");
        return inner.close();
      },
      abort: () => {
        notes.push("abort");
        return inner.abort();
      },
    };
  }
}

/** A line that takes so many bytes with its end. */
const lineOf = (sizeBytes: number, letter = 0x61) => new Uint8Array(sizeBytes - 1).fill(letter);

async function written(...sizesBytes: number[]) {
  const objects = new NotedWriters();
  const blocks = new Blocks(objects, KEY);
  for (const sizeBytes of sizesBytes) blocks.add(lineOf(sizeBytes));
  expect(await blocks.close()).toBe(KEY);
  expect(objects.text(KEY)).toBe(sizesBytes.map((size) => `${"a".repeat(size - 1)}\n`).join(""));
  return objects.notes.slice(1, -1);
}

describe("lines in blocks", () => {
  test("go out together, and a block may be full to its last byte", async () => {
    expect(await written(10, 20, 30)).toEqual([60]);
    expect(await written(10, BLOCK_BYTES - 10)).toEqual([BLOCK_BYTES]);
    expect(await written(10, BLOCK_BYTES - 9)).toEqual([10, BLOCK_BYTES - 9]);
  });

  test("may each be larger than a block", async () => {
    expect(await written(10, 2 * BLOCK_BYTES, 10)).toEqual([10, 2 * BLOCK_BYTES, 10]);
  });

  test("wait for the next drain once their block is full, and are written once", async () => {
    const objects = new NotedWriters();
    const blocks = new Blocks(objects, KEY);
    await blocks.drain();
    blocks.add(lineOf(BLOCK_BYTES));
    await blocks.drain();
    expect(objects.notes, "no block is full").toEqual([]);
    blocks.add(lineOf(BLOCK_BYTES, 0x62));
    expect(objects.notes).toEqual([]);
    await blocks.drain();
    expect(objects.notes).toEqual(["open as application/x-ndjson", BLOCK_BYTES]);
    blocks.add(lineOf(10, 0x63));
    await blocks.drain();
    await blocks.close();
    expect(objects.notes.slice(2)).toEqual([BLOCK_BYTES, 10, "close"]);
    const lines = objects.text(KEY).split("\n");
    expect(lines.map((line) => [line[0], line.length + 1])).toEqual([
      ["a", BLOCK_BYTES],
      ["b", BLOCK_BYTES],
      ["c", 10],
      [undefined, 1],
    ]);
    expect(blocks.sizeBytes).toBe(2 * BLOCK_BYTES + 10);
  });

  test("make no object where there are none, unless one is wanted even so", async () => {
    const objects = new NotedWriters();
    expect(await new Blocks(objects, KEY).close()).toBeUndefined();
    await new Blocks(objects, KEY).abort();
    expect(objects.notes).toEqual([]);
    expect(await new Blocks(objects, KEY).close({ evenEmpty: true })).toBe(KEY);
    expect(objects.text(KEY)).toBe("");
  });

  test("that were begun and are aborted leave nothing", async () => {
    const objects = new NotedWriters();
    const blocks = new Blocks(objects, KEY);
    for (let n = 0; n < 2; n++) blocks.add(lineOf(BLOCK_BYTES));
    await blocks.drain();
    await blocks.abort();
    expect(objects.notes.at(-1)).toBe("abort");
    expect(objects.keys()).toEqual([]);
  });
});
