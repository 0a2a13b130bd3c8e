import { MAX_LINE_BYTES } from "../model/line-size.ts";

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

/** One line of a stream of bytes. Offsets are in bytes from the beginning of the stream. */
export interface Line {
  /** Without LF and without a CR before it; empty where `tooLong`. */
  bytes: Uint8Array;
  /** Where it begins in the stream. */
  start: number;
  /** Where the next line begins. */
  end: number;
  /** From 1. */
  number: number;
  /** It ended with CR LF; false where `tooLong`. */
  crlf: boolean;
  tooLong: boolean;
}

/** The beginning of a line whose end has not arrived: it holds at most one line's bytes and one more chunk. */
class OpenLine {
  readonly #maxLineBytes: number;
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  get isEmpty(): boolean {
    return this.#sizeBytes === 0;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#sizeBytes += bytes.length;
    // One byte more than the limit may still turn out to be the CR of the line's end.
    if (this.#sizeBytes > this.#maxLineBytes + 1) this.#chunks = [];
    else this.#chunks.push(bytes);
  }

  /** What was collected, or undefined if it was too much to keep. */
  take(): Uint8Array | undefined {
    const chunks = this.#chunks;
    const sizeBytes = this.#sizeBytes;
    this.#chunks = [];
    this.#sizeBytes = 0;
    if (sizeBytes > this.#maxLineBytes + 1) return undefined;
    if (chunks.length === 1) return chunks[0];
    const joined = new Uint8Array(sizeBytes);
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }
}

function lineOf(
  whole: Uint8Array | undefined,
  ended: boolean,
  maxLineBytes: number,
): Omit<Line, "start" | "end" | "number"> {
  if (whole === undefined) return { bytes: NOTHING, crlf: false, tooLong: true };
  const crlf = ended && whole.length > 0 && whole[whole.length - 1] === CR;
  const bytes = crlf ? whole.subarray(0, whole.length - 1) : whole;
  return bytes.length > maxLineBytes ? { bytes: NOTHING, crlf: false, tooLong: true } : { bytes, crlf, tooLong: false };
}

/**
 * Splits a stream of bytes into lines at LF. The lines of one chunk come as one batch, because an `await` for every
 * line would cost more than reading it. The bytes are views into the chunks where a line lies within one, so chunks
 * must not be written to afterwards. A last line without LF is a line; nothing after the last LF is none.
 *
 * @param maxLineBytes the longest line whose bytes are kept, without its end
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<Line[], void, undefined> {
  const open = new OpenLine(maxLineBytes);
  let offset = 0;
  let start = 0;
  let number = 0;
  const finish = (whole: Uint8Array | undefined, end: number, ended: boolean): Line => {
    const { bytes, crlf, tooLong } = lineOf(whole, ended, maxLineBytes);
    number++;
    const line = { bytes, start, end, number, crlf, tooLong };
    start = end;
    return line;
  };
  for await (const chunk of chunks) {
    const batch: Line[] = [];
    let from = 0;
    for (let lf = chunk.indexOf(LF); lf !== -1; lf = chunk.indexOf(LF, from)) {
      let whole: Uint8Array | undefined = chunk.subarray(from, lf);
      if (!open.isEmpty) {
        open.push(whole);
        whole = open.take();
      }
      from = lf + 1;
      batch.push(finish(whole, offset + from, true));
    }
    open.push(chunk.subarray(from));
    offset += chunk.length;
    if (batch.length > 0) yield batch;
  }
  if (!open.isEmpty) yield [finish(open.take(), offset, false)];
}
