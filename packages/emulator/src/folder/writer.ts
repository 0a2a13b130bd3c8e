import type { ObjectWriter } from "@sluice/core";
import type { TemporaryFile } from "./temporary.ts";

/** Writes to a temporary file; `place` makes it the object. */
export class FolderWriter implements ObjectWriter {
  #state: "open" | "closed" | "aborted" | "failed" = "open";

  constructor(
    readonly key: string,
    readonly file: TemporaryFile,
    readonly place: (file: TemporaryFile) => Promise<unknown>,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    await this.#orFail(this.file.append(bytes));
  }

  async close(): Promise<void> {
    this.#mustBeOpen();
    this.#state = "closed";
    await this.#orFail(this.file.finish().then(() => this.place(this.file)));
  }

  async abort(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "aborted";
    await this.file.discard();
  }

  #mustBeOpen(): void {
    if (this.#state !== "open") throw new Error(`The writer of ${this.key} is ${this.#state}; open a new one.`);
  }

  async #orFail(step: Promise<unknown>): Promise<void> {
    try {
      await step;
    } catch (error) {
      this.#state = "failed";
      await this.file.discard();
      throw error;
    }
  }
}
