import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./keys.ts";

/** How much of a range is copied at a time: little enough to stay in the processor's cache between read and write. */
const COPY_BYTES = 262_144;
/** A file that nobody wrote to for so long is of a process that is no more. */
const KEEP_ABANDONED_MS = 6 * 60 * 60 * 1_000;

/** A file that nobody sees until it is moved to its place. */
export class TemporaryFile {
  readonly path: string;
  #file: Promise<FileHandle> | undefined;
  #isCopy = false;

  constructor(directory: string) {
    this.path = join(directory, randomUUID());
  }

  /** Takes bytes behind those it has; returns once they are written. */
  async append(bytes: Uint8Array): Promise<void> {
    const file = await this.#open();
    await file.appendFile(bytes);
  }

  /** Makes it a copy of a whole file, sharing its blocks where the file system can. */
  async copyOf(path: string): Promise<void> {
    await copyFile(path, this.path, constants.COPYFILE_FICLONE);
    this.#isCopy = true;
  }

  /** Takes the bytes `[start, end)` of a file behind those it has; returns once they are written. */
  async appendRange(source: FileHandle, start: number, end: number): Promise<void> {
    const file = await this.#open();
    // One buffer for all of it: a stream would make a new one for each chunk.
    const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(COPY_BYTES, end - start)));
    for (let at = start; at < end; ) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.byteLength, end - at), at);
      if (bytesRead === 0) return;
      // Straight to the file: appendFile would cut what it is given into smaller writes.
      for (let written = 0; written < bytesRead; )
        written += (await file.write(buffer, written, bytesRead - written, null)).bytesWritten;
      at += bytesRead;
    }
  }

  /**
   * Closes it. Its bytes are not forced to the disk: what must survive here is the end of a process, and the embedded
   * table would not survive more either.
   */
  async finish(): Promise<void> {
    if (this.#isCopy) return;
    const file = await this.#open();
    await file.close();
  }

  /** Removes it; never throws. */
  async discard(): Promise<void> {
    await this.#file?.then((file) => file.close()).catch(() => {});
    await rm(this.path, { force: true }).catch(() => {});
  }

  #open(): Promise<FileHandle> {
    this.#file ??= open(this.path, "wx");
    return this.#file;
  }
}

/** Removes what processes left that are no more. */
export async function removeAbandoned(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const modifiedAt = await stat(path).then(
      (found) => found.mtimeMs,
      (error: unknown) => {
        if (isMissing(error)) return now;
        throw error;
      },
    );
    if (now - modifiedAt > KEEP_ABANDONED_MS) await rm(path, { force: true });
  }
}
