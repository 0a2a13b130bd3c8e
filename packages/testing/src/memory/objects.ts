import {
  type Clock,
  ObjectChanged,
  type ObjectHead,
  ObjectMissing,
  type ObjectStore,
  type ObjectWriter,
  type Page,
  type Piece,
} from "@sluice/core";

/** S3's own page of a listing. */
const LIST_PAGE_KEYS = 1_000;
/** A prime, so that lines and records of round sizes meet chunk boundaries at ever other places. */
const CHUNK_BYTES = 4_093;
/** S3: the longest key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1_024;

interface Stored extends ObjectHead {
  bytes: Uint8Array;
}

export interface MemoryObjectsOptions {
  bucket?: string;
  clock?: Clock;
  /** The most bytes that a read gives at once. */
  chunkBytes?: number;
  /** The most keys on a page of a listing. */
  listPageKeys?: number;
}

/** A bucket in memory. Like S3, a read that has begun goes on with the object as it was then. */
export class MemoryObjects implements ObjectStore {
  readonly bucket: string;
  /** The most bytes that a read gives at once; tests set it to meet chunk boundaries. */
  chunkBytes: number;
  readonly #clock: Clock;
  readonly #listPageKeys: number;
  readonly #objects = new Map<string, Stored>();
  /** The keys in order, made anew once the set of keys has changed. */
  #order: string[] | undefined;
  #writes = 0;

  constructor(options: MemoryObjectsOptions = {}) {
    this.bucket = options.bucket ?? "memory-bucket";
    this.chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    this.#clock = options.clock ?? { now: Date.now };
    this.#listPageKeys = options.listPageKeys ?? LIST_PAGE_KEYS;
  }

  /** Drops an object, as a user would: text is stored as UTF-8. Gives the head that it has then. */
  put(key: string, bytes: Uint8Array | string, metadata: Readonly<Record<string, string>> = {}): ObjectHead {
    const keyBytes = Buffer.byteLength(key);
    if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES)
      throw new Error(`The key ${JSON.stringify(key)} has ${keyBytes} bytes; S3 takes 1 to ${MAX_KEY_BYTES}.`);
    const stored: Stored = {
      key,
      bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice(),
      sizeBytes: typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.byteLength,
      etag: `write-${++this.#writes}`,
      lastModified: this.#clock.now(),
      metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value])),
    };
    if (!this.#objects.has(key)) this.#order = undefined;
    this.#objects.set(key, stored);
    return headOf(stored);
  }

  /** Copies an object onto itself, as an edit of its metadata does: its bytes and ETag stay, its time is now. */
  touch(key: string, metadata: Readonly<Record<string, string>> = {}): ObjectHead {
    const { bytes, etag } = this.#stored({ key });
    this.put(key, bytes, metadata);
    const stored = { ...this.#stored({ key }), etag };
    this.#objects.set(key, stored);
    return headOf(stored);
  }

  /** The object's bytes as text. Throws `ObjectMissing`. */
  text(key: string): string {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.#stored({ key }).bytes);
  }

  /** Every key below the prefix, in UTF-8 byte order. */
  keys(prefix = ""): string[] {
    this.#order ??= [...this.#objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return this.#order.filter((key) => key.startsWith(prefix));
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const stored = this.#objects.get(key);
    return stored && headOf(stored);
  }

  async *read(piece: Piece): AsyncIterable<Uint8Array> {
    const bytes = this.#bytesOf(piece);
    for (let at = 0; at < bytes.byteLength; at += this.chunkBytes) yield bytes.slice(at, at + this.chunkBytes);
  }

  writer(key: string): ObjectWriter {
    const chunks: Uint8Array[] = [];
    let state: "open" | "closed" | "aborted" = "open";
    const mustBeOpen = () => {
      if (state !== "open") throw new Error(`The writer of ${key} is ${state}; open a new one.`);
    };
    return {
      write: async (bytes) => {
        mustBeOpen();
        chunks.push(bytes);
      },
      close: async () => {
        mustBeOpen();
        state = "closed";
        this.put(key, Buffer.concat(chunks));
      },
      abort: async () => {
        if (state === "open") state = "aborted";
        chunks.length = 0;
      },
    };
  }

  async compose(key: string, pieces: readonly Piece[]): Promise<void> {
    this.put(key, Buffer.concat(pieces.map((piece) => this.#bytesOf(piece))));
  }

  async list(prefix: string, cursor?: string): Promise<Page<ObjectHead>> {
    const below = this.keys(prefix);
    // The cursor is the last key that was given: it may be gone by now, so its place is searched, not looked up.
    const after = cursor === undefined ? undefined : Buffer.from(cursor);
    const from = after === undefined ? 0 : below.findIndex((key) => Buffer.compare(Buffer.from(key), after) > 0);
    const keys = from < 0 ? [] : below.slice(from, from + this.#listPageKeys);
    const items = keys.map((key) => ({ ...headOf(this.#stored({ key })), metadata: {} }));
    const last = keys.at(-1);
    return last !== undefined && last !== below.at(-1) ? { items, cursor: last } : { items };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) if (this.#objects.delete(key)) this.#order = undefined;
  }

  #stored(piece: Piece): Stored {
    const stored = this.#objects.get(piece.key);
    if (stored === undefined) throw new ObjectMissing(piece.key);
    if (piece.etag !== undefined && piece.etag !== stored.etag) throw new ObjectChanged(piece.key);
    return stored;
  }

  #bytesOf(piece: Piece): Uint8Array {
    return this.#stored(piece).bytes.subarray(piece.start ?? 0, piece.end);
  }
}

function headOf({ bytes: _, ...head }: Stored): ObjectHead {
  return head;
}
