import type { ObjectStore, Piece } from "../ports/objects.ts";
import { type Line, linesOf } from "./lines.ts";

const JSON_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/** The lines of a piece, without blank ones, in batches; offsets are in bytes from the beginning of the object. */
export async function* recordLines(
  objects: ObjectStore,
  piece: Piece,
  maxLineBytes: number,
): AsyncGenerator<Line[], void, undefined> {
  const base = piece.start ?? 0;
  for await (const batch of linesOf(objects.read(piece), maxLineBytes))
    yield batch
      .filter((line) => line.tooLong || !isBlank(line.bytes))
      .map((line) => (base === 0 ? line : { ...line, start: line.start + base, end: line.end + base }));
}

/** Looks at no byte behind the first that is no space: in a record that is the first one. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => JSON_SPACE.has(byte));
}

const decoder = new TextDecoder();

/** The members of a line that is a JSON object; undefined for other JSON. Throws SyntaxError if it is no JSON. */
export function parseLine(bytes: Uint8Array): Partial<Record<string, unknown>> | undefined {
  const value: unknown = JSON.parse(decoder.decode(bytes));
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
