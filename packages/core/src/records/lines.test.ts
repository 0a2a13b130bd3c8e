import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Line, linesOf } from "./lines.ts";

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let at = 1; at < borders.length; at++) yield bytes.slice(borders[at - 1], borders[at]);
}

async function collect(bytes: Uint8Array, cuts: readonly number[], maxLineBytes?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const batch of linesOf(chunksOf(bytes, cuts), maxLineBytes)) lines.push(...batch);
  return lines;
}

/** The same in the simplest way there is: over a string with one character for each byte. */
function naive(bytes: Uint8Array, maxLineBytes: number) {
  const text = Buffer.from(bytes).toString("latin1");
  const pieces = text.split("\n");
  const ended = pieces.length - 1;
  if (pieces.at(-1) === "") pieces.pop();
  let start = 0;
  return pieces.map((piece, at) => {
    const crlf = at < ended && piece.endsWith("\r");
    const content = crlf ? piece.slice(0, -1) : piece;
    const tooLong = content.length > maxLineBytes;
    const end = start + piece.length + (at < ended ? 1 : 0);
    const line = { text: tooLong ? "" : content, start, end, number: at + 1, crlf: crlf && !tooLong, tooLong };
    start = end;
    return line;
  });
}

const shown = (lines: readonly Line[]) =>
  lines.map(({ bytes, ...line }) => ({ text: Buffer.from(bytes).toString("latin1"), ...line }));

const bytesWithEnds = fc
  .array(fc.oneof(fc.constantFrom("\n", "\r", "\r\n", "a", "bc", "\n\n"), fc.string({ maxLength: 8 })), {
    maxLength: 40,
  })
  .map((pieces) => new TextEncoder().encode(pieces.join("")));

describe("linesOf", () => {
  test("agrees with a naive splitter wherever the chunks begin", async () => {
    await fc.assert(
      fc.asyncProperty(
        bytesWithEnds,
        fc.array(fc.nat(400), { maxLength: 8 }),
        fc.integer({ min: 0, max: 12 }),
        async (bytes, cuts, maxLineBytes) => {
          expect(shown(await collect(bytes, cuts, maxLineBytes))).toEqual(naive(bytes, maxLineBytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("agrees with it at every single chunk boundary, and byte by byte", async () => {
    const bytes = new TextEncoder().encode('\ufeff{"a":1}\r\n\n\r\n{"b":"ü\u2028日本"}\r\r\nlast\r');
    const expected = naive(bytes, 1_000);
    for (let cut = 0; cut <= bytes.length; cut++) expect(shown(await collect(bytes, [cut]))).toEqual(expected);
    expect(shown(await collect(bytes, [...bytes.keys()]))).toEqual(expected);
  });

  test("gives a line of exactly the limit, and counts one of a byte more without keeping it", async () => {
    const bytes = new TextEncoder().encode("12345\r\n123456\r\n12345");
    const lines = await collect(bytes, [3, 6, 9, 13], 5);
    expect(lines.map(({ bytes: { length }, tooLong, end }) => [length, tooLong, end])).toEqual([
      [5, false, 7],
      [0, true, 15],
      [5, false, 20],
    ]);
  });

  test("a stream of nothing has no lines", async () => {
    expect(await collect(new Uint8Array(0), [])).toEqual([]);
  });
});
