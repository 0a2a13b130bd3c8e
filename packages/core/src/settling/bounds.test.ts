import { anId, MemoryObjects } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { DROPS_PREFIX, MAX_KEY_BYTES, processedPrefix, RESULTS_NAME } from "../bucket/keys.ts";
import type { ObjectWriter } from "../ports/objects.ts";
import { parseLine } from "../records/record-lines.ts";
import { sweepUp } from "../results/sweep-up.ts";
import { InOrder } from "./in-order.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const id = anId();
/** What is left of a key of 1,024 bytes beside `processed/`, an id, a name and what stands between them. */
const MAX_PATH_BYTES = 973;

describe("a path", () => {
  test("that just fits is not cut, and one byte more is", () => {
    const fits = "x".repeat(MAX_PATH_BYTES);
    expect(processedPrefix(DROPS_PREFIX + fits, false, id)).toBe(`processed/${fits}/${id}/`);
    expect(processedPrefix(`${DROPS_PREFIX}${fits}x`, false, id)).toMatch(/x~[0-9a-f]{16}\//);
  });

  test("is never cut behind its bound, wherever in a character the bound falls", () => {
    for (const pad of ["", "a", "aa"]) {
      const prefix = processedPrefix(`${DROPS_PREFIX}${pad}${"日".repeat(330)}`, false, id);
      expect(bytes(prefix + RESULTS_NAME).length).toBeLessThanOrEqual(MAX_KEY_BYTES);
      expect(prefix).not.toContain("\uFFFD");
    }
  });

  test("that looks cut somewhere but at its end is not cut", () => {
    for (const path of ["a~0123456789abcdef/b.jsonl", "~0123456789abcdef.jsonl", "a~012345678", "a~z123456789abcdef"])
      expect(processedPrefix(DROPS_PREFIX + path, true, id)).toBe(`processed/${path}/`);
    const looksCut = "a~0123456789abcdef";
    expect(processedPrefix(DROPS_PREFIX + looksCut, true, id)).not.toBe(`processed/${looksCut}/`);
  });

  test("that begins with a byte-order mark keeps it, also when it is cut", () => {
    const path = `\uFEFF${"x".repeat(MAX_PATH_BYTES)}`;
    expect(processedPrefix(DROPS_PREFIX + path, true, id).startsWith("processed/\uFEFFx")).toBe(true);
  });
});

/** A bucket that counts the blocks written, and knows their type. */
class Counting extends MemoryObjects {
  blocks = 0;
  types: (string | undefined)[] = [];
  deletions = 0;

  override writer(key: string, contentType?: string): ObjectWriter {
    this.types.push(contentType);
    const writer = super.writer(key);
    const write = (block: Uint8Array) => {
      this.blocks++;
      return writer.write(block);
    };
    return { ...writer, write };
  }

  override async delete(keys: readonly string[]): Promise<void> {
    this.deletions++;
    await super.delete(keys);
  }
}

test("only a JSON object has members", () => {
  for (const line of ["null", "7", '"text"', "true", "[1]"]) expect(parseLine(bytes(line))).toBeUndefined();
  expect(parseLine(bytes('{"a":1}'))).toEqual({ a: 1 });
});

describe("the budget of lines that came early", () => {
  const emittedOf = async (count: number, budgetBytes: number, lineBytes: number) => {
    const emitted: number[] = [];
    const inOrder = new InOrder(count, budgetBytes, async (position) => void emitted.push(position));
    for (let position = count - 1; position >= 0; position--)
      await inOrder.take(position, new Uint8Array(lineBytes), () => "emit");
    return emitted;
  };

  test("counts what a held line costs beside its bytes: empty lines are not free", async () => {
    expect(await emittedOf(4, 600, 0)).toEqual([0, 1, 2]);
  });

  test("may be used up to the last byte", async () => {
    expect(await emittedOf(3, 2 * (10 + 256), 10)).toEqual([0, 1, 2]);
    expect(await emittedOf(3, 2 * (10 + 256) - 1, 10)).toEqual([0, 1]);
  });
});

test("sweeping up where nothing is left asks for no deletion", async () => {
  const objects = new Counting();
  await sweepUp(objects, id);
  expect(objects.deletions).toBe(0);
});
