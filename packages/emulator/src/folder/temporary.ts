import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./keys.ts";

/** Smaller writes are gathered, as each costs a trip through Node's thread pool. */
const GATHER_BYTES = 1_048_576;
/** How much of a range is copied at a time: little enough to stay in the processor's cache between read and write. */
const COPY_BYTES = 262_144;
/** A file that a dead process left is kept this long, in case its process id is of another machine or container. */
const KEEP_ABANDONED_MS = 60 * 60 * 1_000;

/** A file that nobody sees until it is moved to its place. */
export class TemporaryFile {
  readonly path: string;
  #file: Promise<FileHandle> | undefined;
  /** Small writes are copied here: a short line must not hold the chunk that it was cut from. */
  #gathered: Buffer | undefined;
  #gatheredBytes = 0;
  /** The last write that was begun; writes go to the disk one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(directory: string) {
    this.path = join(directory, `${process.pid}-${randomUUID()}`);
  }

  /** Takes bytes behind those it has; returns once all but the last are on their way to the disk. */
  async append(bytes: Uint8Array): Promise<void> {
    const before = this.#last;
    if (this.#gatheredBytes + bytes.byteLength > GATHER_BYTES) this.#write(this.#takeGathered());
    if (bytes.byteLength > GATHER_BYTES / 2) {
      this.#write(this.#takeGathered());
      this.#write(bytes);
    } else {
      this.#gathered ??= Buffer.allocUnsafeSlow(GATHER_BYTES);
      this.#gathered.set(bytes, this.#gatheredBytes);
      this.#gatheredBytes += bytes.byteLength;
    }
    await before;
  }

  /** Makes it a copy of a whole file, sharing its blocks where the file system can. */
  async copyOf(path: string): Promise<void> {
    await copyFile(path, this.path, constants.COPYFILE_FICLONE);
    this.#file = open(this.path, "r");
  }

  /** Takes the bytes `[start, end)` of a file behind those it has; returns once they are written. */
  async appendRange(source: FileHandle, start: number, end: number): Promise<void> {
    this.#write(this.#takeGathered());
    await this.#last;
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
   * Returns once all bytes are written. They are not forced to the disk: what must survive here is the end of a
   * process, and the embedded table would not survive more either.
   */
  async finish(): Promise<void> {
    this.#write(this.#takeGathered());
    await this.#last;
    const file = await this.#open();
    await file.close();
  }

  /** Removes it; never throws. */
  async discard(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file?.then((file) => file.close()).catch(() => {});
    await rm(this.path, { force: true }).catch(() => {});
  }

  #takeGathered(): Uint8Array {
    const bytes = this.#gathered?.subarray(0, this.#gatheredBytes) ?? new Uint8Array();
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
    return bytes;
  }

  #write(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#last = this.#last.then(async () => (await this.#open()).appendFile(bytes));
    // Whoever writes next or finishes hears of a failure; until then it is nobody's.
    this.#last.catch(() => {});
  }

  #open(): Promise<FileHandle> {
    this.#file ??= open(this.path, "wx");
    return this.#file;
  }
}

/** Removes what processes left that are no more. */
export async function removeAbandoned(directory: string, now: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (isRunning(Number.parseInt(name, 10))) continue;
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

function isRunning(pid: number): boolean {
  try {
    // Signal 0 reaches nobody: it only asks whether the process is there.
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
