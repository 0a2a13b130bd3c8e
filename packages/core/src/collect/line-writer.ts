import type { ObjectStore, ObjectWriter } from "../ports.ts";

/** Lines are gathered into blocks of this size, so that a write is not a line. */
const BLOCK_BYTES = 256 * 1024;
const LF = 10;

/** Writes lines into one object, each ended by a LF. Nothing is visible before `close` returns. */
export class LineWriter {
  readonly #writer: ObjectWriter;
  #block = new Uint8Array(BLOCK_BYTES);
  #used = 0;
  /** How many lines were added. */
  count = 0;

  constructor(objects: ObjectStore, key: string) {
    this.#writer = objects.writer(key, "application/x-ndjson");
  }

  /** Copies the line, so the caller may go on using its bytes. */
  async add(line: Uint8Array): Promise<void> {
    this.count++;
    const needed = line.length + 1;
    if (this.#used + needed > this.#block.length) await this.#flush(needed);
    this.#block.set(line, this.#used);
    this.#block[this.#used + line.length] = LF;
    this.#used += needed;
  }

  async close(): Promise<void> {
    await this.#flush(0);
    await this.#writer.close();
  }

  /** Drops what was written; never throws. */
  async abort(): Promise<void> {
    await this.#writer.abort();
  }

  /** The writer keeps the block it was given, so the next lines need a new one. */
  async #flush(needed: number): Promise<void> {
    if (this.#used > 0) await this.#writer.write(this.#block.subarray(0, this.#used));
    this.#block = new Uint8Array(needed === 0 ? 0 : Math.max(BLOCK_BYTES, needed));
    this.#used = 0;
  }
}
