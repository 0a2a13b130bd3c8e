import type { Page } from "./page.ts";

export interface ObjectHead {
  key: string;
  sizeBytes: number;
  etag: string;
  /** Epoch milliseconds. */
  lastModified: number;
  /** The user's own metadata, names in lower case. Listings do not carry it. */
  metadata: Readonly<Record<string, string>>;
}

/** Bytes `[start, end)` of an object; the whole of it where they are left out. */
export interface Piece {
  key: string;
  /** With it, the piece is only taken if the object still is this one: otherwise `ObjectChanged` is thrown. */
  etag?: string;
  start?: number;
  end?: number;
}

/** Writes one object from front to back. Nothing is visible under the key before `close` returns. */
export interface ObjectWriter {
  /** Takes the bytes (they must not be changed afterwards); waits while too many are under way. */
  write(bytes: Uint8Array): Promise<void>;
  /** Finishes the object; an object of no bytes is an object too. */
  close(): Promise<void>;
  /** Drops what was written; never throws. */
  abort(): Promise<void>;
}

/** The stage's bucket. Keys are S3 keys, of up to 1,024 bytes of UTF-8. */
export interface ObjectStore {
  readonly bucket: string;
  head(key: string): Promise<ObjectHead | undefined>;
  /** The bytes of a piece as a stream. Throws `ObjectMissing`, or `ObjectChanged` where the etag no longer fits. */
  read(piece: Piece): AsyncIterable<Uint8Array>;
  writer(key: string, contentType?: string): ObjectWriter;
  /**
   * Joins pieces into one object, on the server side where the service can. Pieces may be empty; no pieces make an
   * empty object. Throws `ObjectMissing` or `ObjectChanged` for a piece that is not there as asked.
   */
  compose(key: string, pieces: readonly Piece[], contentType?: string): Promise<void>;
  /** Keys below a prefix in UTF-8 byte order, up to 1,000 a page. */
  list(prefix: string, cursor?: string): Promise<Page<ObjectHead>>;
  /** Deletes these objects; one that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}
