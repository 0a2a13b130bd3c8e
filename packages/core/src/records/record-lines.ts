import type { ObjectStore, Piece } from "../ports/objects.ts";
import { type Line, linesOf } from "./lines.ts";

const JSON_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/**
 * The lines of a piece, without blank ones and without byte-order marks, in batches; offsets are in bytes from the
 * beginning of the object.
 */
export async function* recordLines(
  objects: ObjectStore,
  piece: Piece,
  maxLineBytes: number,
): AsyncGenerator<Line[], void, undefined> {
  const base = piece.start ?? 0;
  for await (const batch of linesOf(objects.read(piece), maxLineBytes))
    yield batch.filter((line) => line.tooLong || !isBlank(line.bytes)).map((line) => placed(line, base));
}

function placed(line: Line, base: number): Line {
  const bytes = withoutMark(line.bytes);
  const isInPlace = base === 0 && bytes === line.bytes;
  return isInPlace ? line : { ...line, bytes, start: line.start + base, end: line.end + base };
}

/** A line without the byte-order mark that it may begin with. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Looks at no byte behind the first that is no space: in a record that is the first one. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => JSON_SPACE.has(byte));
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The members of a line that is a JSON object; undefined for other JSON. Throws if it is no JSON, or no UTF-8. */
export function parseLine(bytes: Uint8Array): Partial<Record<string, unknown>> | undefined {
  const value: unknown = JSON.parse(decoder.decode(bytes));
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
