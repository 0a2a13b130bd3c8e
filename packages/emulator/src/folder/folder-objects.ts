import { statSync } from "node:fs";
import { type FileHandle, mkdir, open, realpath, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import {
  ObjectChanged,
  type ObjectHead,
  ObjectMissing,
  type ObjectStore,
  type ObjectWriter,
  type Page,
  type Piece,
} from "@sluice/core";
import { codeOf, isMissing, KeyNotStorable, pathOfKey, wayOut } from "./keys.ts";
import { keysBelow } from "./listing.ts";
import { type Metadata, MetadataFiles } from "./metadata.ts";
import { etagOf, fileAt, headOf, moveTo, removeEmpty } from "./object-file.ts";
import { type OddOne, oddOnesBelow } from "./odd-ones.ts";
import { removeAbandoned, TemporaryFile } from "./temporary.ts";
import { FolderWriter } from "./writer.ts";

/** S3's own page of a listing. */
const LIST_PAGE_KEYS = 1_000;
/** Large enough that the trip through Node's thread pool does not count. */
const READ_CHUNK_BYTES = 1_048_576;

export interface FolderObjectsOptions {
  /** The bucket: what lies in it under a name is the object of that key. Made if it is not there. */
  directory: string;
  /**
   * Where temporary files and metadata lie: on the same file system, and not in `directory`.
   * `<directory>.aside` where it is left out.
   */
  aside?: string;
  bucket?: string;
  /** The most keys on a page of a listing. */
  listPageKeys?: number;
}

/**
 * A directory as a bucket. Users may `cp` and `mv` into it as they like; what Sluice writes appears at once and whole.
 * Content types are not kept. Keys that no directory can hold are refused with `KeyNotStorable`.
 */
export class FolderObjects implements ObjectStore {
  readonly bucket: string;
  /** The real path of the bucket. */
  readonly directory: string;
  readonly #temporary: string;
  readonly #metadata: MetadataFiles;
  readonly #listPageKeys: number;

  private constructor(directory: string, aside: string, options: FolderObjectsOptions) {
    this.bucket = options.bucket ?? "local";
    this.directory = directory;
    this.#temporary = resolve(aside, "temporary");
    this.#metadata = new MetadataFiles(resolve(aside, "metadata"), this.#temporary);
    this.#listPageKeys = options.listPageKeys ?? LIST_PAGE_KEYS;
  }

  /** Makes the directories that are not there, and removes temporary files that a killed process left. */
  static async open(options: FolderObjectsOptions): Promise<FolderObjects> {
    const aside = resolve(options.aside ?? `${options.directory}.aside`);
    await mkdir(options.directory, { recursive: true });
    await mkdir(aside, { recursive: true });
    const [directory, realAside] = await Promise.all([realpath(options.directory), realpath(aside)]);
    if (`${realAside}${sep}`.startsWith(`${directory}${sep}`))
      throw new Error(`${aside} lies in the bucket ${directory}, so its files would be objects. Choose another place.`);
    if ((await stat(directory)).dev !== (await stat(realAside)).dev)
      throw new Error(`${aside} and ${directory} are on different file systems. Choose a place on the bucket's own.`);
    const store = new FolderObjects(directory, realAside, options);
    await mkdir(store.#temporary, { recursive: true });
    await mkdir(store.#metadata.directory, { recursive: true });
    await removeAbandoned(store.#temporary, Date.now());
    return store;
  }

  /**
   * Drops an object with its metadata, both at once: the bytes, or a copy of the file at a path, sharing its blocks
   * where the file system can.
   */
  async put(key: string, source: Uint8Array | { path: string }, metadata: Metadata = {}): Promise<ObjectHead> {
    pathOfKey(this.directory, key);
    const file = new TemporaryFile(this.#temporary);
    try {
      if (source instanceof Uint8Array) await file.append(source);
      else await file.copyOf(source.path);
      await file.finish();
      return await this.#place(key, file, metadata);
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const found = this.#fileOf(key);
    if (found === undefined) return undefined;
    return headOf(key, found, this.#metadata.read(key, etagOf(found)));
  }

  async *read(piece: Piece): AsyncIterable<Uint8Array> {
    const { file, etag, start, end } = await this.#open(piece);
    try {
      if (end - start > READ_CHUNK_BYTES)
        yield* file.createReadStream({ start, end: end - 1, highWaterMark: READ_CHUNK_BYTES, autoClose: false });
      else if (start < end) yield await readRange(file, start, end);
      await expectUnchanged(piece.key, file, etag);
    } finally {
      await file.close();
    }
  }

  writer(key: string): ObjectWriter {
    pathOfKey(this.directory, key);
    return new FolderWriter(key, new TemporaryFile(this.#temporary), (file) => this.#place(key, file, {}));
  }

  async compose(key: string, pieces: readonly Piece[]): Promise<void> {
    const [only, ...others] = pieces;
    if (only !== undefined && others.length === 0 && this.#isWhole(only)) return this.#copy(key, only);
    pathOfKey(this.directory, key);
    const composed = new TemporaryFile(this.#temporary);
    try {
      for (const piece of pieces) await this.#append(composed, piece);
      await composed.finish();
      await this.#place(key, composed, {});
    } catch (error) {
      await composed.discard();
      throw error;
    }
  }

  async #append(composed: TemporaryFile, piece: Piece): Promise<void> {
    const { file, etag, start, end } = await this.#open(piece);
    try {
      await composed.appendRange(file, start, end);
      await expectUnchanged(piece.key, file, etag);
    } finally {
      await file.close();
    }
  }

  /** The file of a piece, and the range of it that is there. */
  async #open(piece: Piece): Promise<{ file: FileHandle; etag: string; start: number; end: number }> {
    const path = this.#locate(piece.key);
    if (fileAt(this.directory, path) === undefined) throw new ObjectMissing(piece.key);
    const file = await open(path, "r").catch((error: unknown) => {
      throw isMissing(error) ? new ObjectMissing(piece.key) : error;
    });
    try {
      const found = await file.stat({ bigint: true });
      if (!found.isFile()) throw new ObjectMissing(piece.key);
      const etag = etagOf(found);
      if (piece.etag !== undefined && piece.etag !== etag) throw new ObjectChanged(piece.key);
      const end = Math.min(piece.end ?? Number.POSITIVE_INFINITY, Number(found.size));
      return { file, etag, start: piece.start ?? 0, end };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async list(prefix: string, cursor?: string): Promise<Page<ObjectHead>> {
    const found: ObjectHead[] = [];
    // One more than a page: it tells whether there is another page.
    const wanted = this.#listPageKeys + 1;
    for await (const key of keysBelow(this.directory, prefix, cursor)) {
      // The walk follows no links to directories, so this path cannot lead out of the folder.
      const file = fileAt(this.directory, join(this.directory, key));
      if (file !== undefined) found.push(headOf(key, file, {}));
      if (found.length >= wanted) break;
    }
    const items = found.slice(0, this.#listPageKeys);
    const last = items.at(-1)?.key;
    return found.length > items.length && last !== undefined ? { items, cursor: last } : { items };
  }

  async delete(keys: readonly string[]): Promise<void> {
    const directories = new Set<string>();
    for (const key of keys) {
      const path = this.#locate(key);
      const found = fileAt(this.directory, path);
      if (found === undefined) continue;
      await unlink(path).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      await this.#metadata.remove(key, etagOf(found));
      directories.add(dirname(path));
    }
    for (const directory of directories) await removeEmpty(this.directory, directory);
  }

  /**
   * What lies below a prefix, or at a key, and is no object: links that lead out, pipes, devices, what may not be read,
   * names that no key can have. It is as if it were not there, so somebody should say it to whoever put it there.
   */
  oddOnes(prefix: string): AsyncIterable<OddOne> {
    return oddOnesBelow(this.directory, prefix);
  }

  #fileOf(key: string) {
    return fileAt(this.directory, this.#locate(key));
  }

  #locate(key: string): string {
    const path = pathOfKey(this.directory, key);
    const out = wayOut(this.directory, path);
    if (out !== undefined)
      throw new KeyNotStorable(key, `a symbolic link on its way leads out of the folder, to ${out}`);
    return path;
  }

  #isWhole(piece: Piece): boolean {
    const found = this.#fileOf(piece.key);
    return found !== undefined && (piece.start ?? 0) === 0 && (piece.end ?? found.size) >= found.size;
  }

  async #copy(key: string, piece: Piece): Promise<void> {
    const path = this.#locate(piece.key);
    const before = fileAt(this.directory, path);
    if (before === undefined) throw new ObjectMissing(piece.key);
    const etag = etagOf(before);
    if (piece.etag !== undefined && piece.etag !== etag) throw new ObjectChanged(piece.key);
    const file = new TemporaryFile(this.#temporary);
    try {
      await file.copyOf(path).catch((error: unknown) => {
        throw isMissing(error) ? new ObjectMissing(piece.key) : error;
      });
      await file.finish();
      const after = fileAt(this.directory, path);
      if (after === undefined || etagOf(after) !== etag) throw new ObjectChanged(piece.key);
      await this.#place(key, file, {});
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Makes a finished file the object of the key. Its metadata is there before it is. */
  async #place(key: string, file: TemporaryFile, metadata: Metadata): Promise<ObjectHead> {
    const path = this.#locate(key);
    const stats = statSync(file.path, { bigint: true });
    const lowerCase = Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
    if (Object.keys(lowerCase).length > 0) await this.#metadata.write(key, etagOf(stats), lowerCase);
    const replaced = fileAt(this.directory, path);
    try {
      await moveTo(file.path, path);
    } catch (error) {
      await this.#metadata.remove(key, etagOf(stats));
      if (["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"].includes(codeOf(error) ?? ""))
        throw new KeyNotStorable(key, "a part of it is a file already, or a directory where the file should be");
      throw error;
    }
    if (replaced !== undefined) await this.#metadata.remove(key, etagOf(replaced));
    return headOf(key, stats, lowerCase);
  }
}

/** The range of a file, as far as it is there: for a small one a stream takes longer than all else. */
async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** A `cp` over a file writes into it while we read: what was read so far may then be a mixture. */
async function expectUnchanged(key: string, file: FileHandle, etag: string): Promise<void> {
  if (etagOf(await file.stat({ bigint: true })) !== etag) throw new ObjectChanged(key);
}
