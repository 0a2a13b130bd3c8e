import { GZIP_MAGIC, gunzipped, type Unpacking } from "./gunzip.ts";
import { refuseForeign } from "./magic.ts";
import { DocumentRefused } from "./refusal.ts";

/**
 * The largest input, before and after it is unpacked. Our own limit: what a deployed plan can read, write anew and then
 * refuse line by line in its quarter of an hour; docs/benchmarks.md has the sum.
 */
export const MAX_INPUT_BYTES = 10_000_000_000;

/** What is looked at to tell what kind of file it is. */
const HEAD_BYTES = 4_096;

/** Gives the first `sizeBytes` (or all, if there are fewer) as one chunk, and then the chunks as they come. */
async function* gathered(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let first: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (first === undefined) {
      yield chunk;
      continue;
    }
    const joined: Uint8Array = first.length === 0 ? chunk : new Uint8Array(first.length + chunk.length);
    if (first.length > 0) {
      joined.set(first, 0);
      joined.set(chunk, first.length);
    }
    first = joined;
    if (first.length < sizeBytes) continue;
    yield first;
    first = undefined;
  }
  if (first !== undefined && first.length > 0) yield first;
}

/** Stops a stream that grows beyond the limit: a small gzip file can unpack to anything. */
async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  maxInputBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxInputBytes) throw tooLarge(maxInputBytes);
    yield chunk;
  }
}

/** The refusal of an input over the limit. */
export function tooLarge(maxInputBytes: number): DocumentRefused {
  return new DocumentRefused(
    "TooLarge",
    `The file has more than ${maxInputBytes.toLocaleString("en-US")} bytes (unpacked, if it is gzip), the most that Sluice takes. Split it by lines and drop the pieces.`,
  );
}

/** A file's text, still in bytes, and whether it lies in the file as it is. `restAt` is known at its end. */
export interface PlainBytes extends Unpacking {
  chunks: AsyncIterable<Uint8Array>;
  /** It was gzip: offsets into the text are none into the file. Known once the first chunk was read. */
  unpacked: boolean;
  /** How the text begins; empty until the first chunk was read. */
  head: Uint8Array;
}

/**
 * The bytes of the text in a file, unpacked where they begin as gzip, whatever the file's name. The first chunk holds
 * at least the first 4,096 bytes, if there are so many.
 *
 * @throws DocumentRefused while reading: a binary or UTF-16 file, damaged gzip, more than `maxInputBytes`
 */
export function plainBytes(file: AsyncIterable<Uint8Array>, maxInputBytes: number): PlainBytes {
  const plain: PlainBytes = { chunks: read(), unpacked: false, head: new Uint8Array(0), restAt: undefined };
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    const source = gathered(file, GZIP_MAGIC.length);
    const first = await source.next();
    if (first.done) return;
    plain.unpacked = GZIP_MAGIC.every((byte, at) => first.value[at] === byte);
    const whole = restarted(first.value, source);
    for await (const chunk of gathered(
      bounded(plain.unpacked ? gunzipped(whole, plain) : whole, maxInputBytes),
      HEAD_BYTES,
    )) {
      if (plain.head.length === 0) {
        plain.head = chunk.slice(0, HEAD_BYTES);
        refuseForeign(plain.head);
      }
      yield chunk;
    }
  }
  return plain;
}

/** A stream whose first chunk was taken already, from its beginning. */
async function* restarted(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* rest;
}
