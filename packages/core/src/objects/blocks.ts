import type { ObjectStore, ObjectWriter } from "../ports/objects.ts";

/** Lines are gathered into blocks of this size, so that a write is not a line. */
const BLOCK_BYTES = 1_000_000;
const LF = 0x0a;

/**
 * Writes lines into one object. Adding needs no `await`, so that a line costs a copy and no more; full blocks wait for
 * `drain`, which has to be called after every batch. The object is begun with its first full block.
 */
export class Blocks {
  static readonly CONTENT_TYPE = "application/x-ndjson";
  readonly #objects: ObjectStore;
  readonly #key: string;
  #writer: ObjectWriter | undefined;
  #full: Uint8Array[] = [];
  #block = new Uint8Array(0);
  #used = 0;
  #sizeBytes = 0;

  constructor(objects: ObjectStore, key: string) {
    this.#objects = objects;
    this.#key = key;
  }

  /** How many bytes were added, the lines' ends among them. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Copies the line and ends it with LF. */
  add(line: Uint8Array): void {
    const needed = line.length + 1;
    if (this.#used + needed > this.#block.length) {
      this.#seal();
      this.#block = new Uint8Array(Math.max(BLOCK_BYTES, needed));
    }
    this.#block.set(line, this.#used);
    this.#block[this.#used + line.length] = LF;
    this.#used += needed;
    this.#sizeBytes += needed;
  }

  /** Writes the full blocks. */
  async drain(): Promise<void> {
    for (const block of this.#full) await this.#opened().write(block);
    this.#full = [];
  }

  /** Finishes the object; its key, or undefined if there are no lines and none is wanted even so. */
  async close({ evenEmpty = false } = {}): Promise<string | undefined> {
    if (this.#sizeBytes === 0 && !evenEmpty) return undefined;
    this.#seal();
    await this.drain();
    await this.#opened().close();
    return this.#key;
  }

  /** Drops what was written; never throws. */
  async abort(): Promise<void> {
    await this.#writer?.abort();
  }

  /** Ends the block that is being filled. The writer keeps what it is given, so that no block is filled twice. */
  #seal(): void {
    if (this.#used > 0) this.#full.push(this.#block.subarray(0, this.#used));
    this.#used = 0;
  }

  #opened(): ObjectWriter {
    this.#writer ??= this.#objects.writer(this.#key, Blocks.CONTENT_TYPE);
    return this.#writer;
  }
}
