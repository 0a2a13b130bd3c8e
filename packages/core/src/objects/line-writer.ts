import type { ObjectStore } from "../ports/objects.ts";
import { Blocks } from "./blocks.ts";

/** Writes lines into one object, each ended by a LF. Nothing is visible before `close` returns. */
export class LineWriter {
  readonly #blocks: Blocks;
  /** How many lines were added. */
  count = 0;

  constructor(objects: ObjectStore, key: string) {
    this.#blocks = new Blocks(objects, key);
  }

  /** Copies the line, so the caller may go on using its bytes. */
  async add(line: Uint8Array): Promise<void> {
    this.count++;
    this.#blocks.add(line);
    await this.#blocks.drain();
  }

  /** Finishes the object; one without lines is an object too, unless none is wanted then. */
  async close({ evenEmpty = true } = {}): Promise<void> {
    await this.#blocks.close({ evenEmpty });
  }

  /** Drops what was written; never throws. */
  abort(): Promise<void> {
    return this.#blocks.abort();
  }
}
