import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from "pako";
import { DocumentRefused } from "./refusal.ts";

/** What is unpacked into, in bytes; a new one is taken when less than a small rest of it is left. */
const OUTPUT_BYTES = 131_072;
const LEAST_OUTPUT_BYTES = 4_096;
/** zlib.h, `inflateInit2`: the largest window, and 16 more for gzip and nothing else. */
const GZIP_WINDOW_BITS = 15 + 16;

export const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** What stands behind the last member of a gzip file: bytes that are neither zero nor gzip. */
export interface Unpacking {
  /** Where it begins, in bytes from the file's beginning; undefined as long as there is none. */
  restAt: number | undefined;
}

/**
 * Unpacks gzip: every member, also behind padding of zeros, as tapes, tar and block-wise writers leave it. What is no
 * gzip behind a member is left, and `unpacking` says where it begins. `DecompressionStream` would stop at the first
 * zero behind a member, and drop the members after it without a word.
 *
 * @throws DocumentRefused for damage, a wrong checksum and a cut; what the chunks throw
 */
export async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  unpacking: Unpacking,
): AsyncGenerator<Uint8Array, void, undefined> {
  const members = new Members();
  for await (const chunk of chunks) {
    yield* members.unpack(chunk);
    unpacking.restAt = members.restAt;
    if (members.restAt !== undefined) return;
  }
  if (!members.endsWhole()) throw damaged();
  unpacking.restAt = members.restAt;
}

/** The members of one file, one behind the other. */
class Members {
  restAt: number | undefined;
  readonly #stream = new ZStream();
  #isInside = true;
  /** Where the member began, and how much of the file was read before this chunk. */
  #memberAt = 0;
  #readBytes = 0;
  #isFirst = true;

  constructor() {
    zlibInflateInit2(this.#stream, GZIP_WINDOW_BITS);
  }

  *unpack(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    const stream = this.#stream;
    stream.input = chunk;
    stream.next_in = 0;
    stream.avail_in = chunk.length;
    while (stream.avail_in > 0 && this.restAt === undefined) {
      if (this.#isInside) yield* this.#inflate();
      else this.#skipZeros(chunk);
    }
    this.#readBytes += chunk.length;
  }

  /** True if the file may end here; a lone first byte of gzip's two is no member, but a rest. */
  endsWhole(): boolean {
    if (!this.#isInside) return true;
    if (this.#isFirst || this.#readBytes - this.#memberAt > 1) return false;
    this.restAt = this.#memberAt;
    return true;
  }

  /** Goes on with the member, up to its end or the chunk's. */
  *#inflate(): Generator<Uint8Array, void, undefined> {
    const stream = this.#stream;
    for (let more = true; more; ) {
      if (stream.avail_out < LEAST_OUTPUT_BYTES) this.#takeOutput();
      const from = stream.next_out;
      const answer = zlibInflate(stream, Z_NO_FLUSH);
      if (answer !== Z_OK && answer !== Z_STREAM_END && answer !== Z_BUF_ERROR) return this.#refuse();
      if (stream.next_out > from) yield stream.output.subarray(from, stream.next_out);
      more = answer !== Z_STREAM_END && (stream.avail_in > 0 || stream.avail_out === 0);
      if (answer === Z_STREAM_END) this.#isInside = false;
    }
  }

  #takeOutput(): void {
    this.#stream.output = new Uint8Array(OUTPUT_BYTES);
    this.#stream.next_out = 0;
    this.#stream.avail_out = OUTPUT_BYTES;
  }

  /** Behind a member, whatever does not begin as gzip is no damage of one. */
  #refuse(): void {
    if (this.#isFirst || this.#stream.msg !== "incorrect header check") throw damaged();
    this.restAt = this.#memberAt;
  }

  #skipZeros(chunk: Uint8Array): void {
    const stream = this.#stream;
    let at = stream.next_in;
    while (at < chunk.length && chunk[at] === 0) at++;
    stream.avail_in -= at - stream.next_in;
    stream.next_in = at;
    if (at === chunk.length) return;
    this.#memberAt = this.#readBytes + at;
    if (chunk[at] !== GZIP_MAGIC[0]) {
      this.restAt = this.#memberAt;
      return;
    }
    zlibInflateReset(stream);
    this.#isFirst = false;
    this.#isInside = true;
  }
}

function damaged(): DocumentRefused {
  return new DocumentRefused(
    "CorruptGzip",
    "The file begins as gzip but cannot be unpacked: it is damaged or cut short. Pack it again, or drop it unpacked.",
  );
}
