import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { withMember } from "../records/splice.ts";
import type { Share } from "./packing.ts";
import type { GoodRecord } from "./scan.ts";

/**
 * A drop's good records in their order, as one logical stream: a range of the user's own object, and behind it, from
 * the first record on that does not follow its predecessor byte for byte, what had to be written anew. A file of good
 * lines is never rewritten, and neither is one whose only blemishes stand at its ends.
 */
export class GoodStream {
  readonly #source: { key: string; etag: string };
  readonly #rewrittenKey: string;
  readonly #rewritten: Blocks;
  #start = 0;
  #end = 0;

  constructor(objects: ObjectStore, source: { key: string; etag: string }, rewrittenKey: string) {
    this.#source = source;
    this.#rewrittenKey = rewrittenKey;
    this.#rewritten = new Blocks(objects, rewrittenKey);
  }

  add({ bytes, member, start, end, inPlace }: GoodRecord): void {
    const isFirst = this.#end === 0;
    if (inPlace && this.#rewritten.sizeBytes === 0 && (isFirst || start === this.#end)) {
      if (isFirst) this.#start = start;
      this.#end = end;
    } else this.#rewritten.add(member === undefined ? bytes : withMember(bytes, member));
  }

  drain(): Promise<void> {
    return this.#rewritten.drain();
  }

  /** Finishes what was rewritten; its key, if there is any. */
  close(): Promise<string | undefined> {
    return this.#rewritten.close();
  }

  abort(): Promise<void> {
    return this.#rewritten.abort();
  }

  /** Where a share of the stream lies, and how many bytes it has. */
  pieces(share: Share): { pieces: Piece[]; sizeBytes: number } {
    const sourceBytes = this.#end - this.#start;
    const pieces: Piece[] = [];
    let sizeBytes = 0;
    const take = (of: { key: string; etag?: string }, from: number, to: number) => {
      if (to <= from) return;
      pieces.push({ ...of, start: from, end: to });
      sizeBytes += to - from;
    };
    // A last line without LF is one byte shorter than it was counted, so the source's end wins over the share's.
    take(this.#source, this.#start + share.start, this.#start + Math.min(share.end, sourceBytes));
    const rewritten = { key: this.#rewrittenKey };
    take(
      rewritten,
      Math.max(0, share.start - sourceBytes),
      Math.min(share.end - sourceBytes, this.#rewritten.sizeBytes),
    );
    return { pieces, sizeBytes };
  }
}
