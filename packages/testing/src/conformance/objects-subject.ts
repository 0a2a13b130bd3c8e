import type { ObjectHead, ObjectStore, Piece } from "@sluice/core";
import { expect } from "vitest";

/** A store, and what a test needs beside the port. */
export interface ObjectsUnderTest {
  store: ObjectStore;
  /** Drops an object the way a user of this store would. */
  put(key: string, bytes: Uint8Array, metadata?: Readonly<Record<string, string>>): Promise<unknown>;
  /** Frees what the store holds. */
  close?(): Promise<void>;
}

export interface ObjectsCapabilities {
  /** The most keys that the store under test gives on a page; 1,000 where it is left out. */
  listPageKeys?: number;
  /** False for a store that is a folder: names of over 255 bytes, empty ones, `.` and `..` must be refused. */
  anyKey?: boolean;
  /** How many random compositions are tried; pieces are up to 11 MB each. */
  compositions?: number;
}

/** What each part of the suite is given. */
export interface Subject {
  readonly store: ObjectStore;
  readonly put: ObjectsUnderTest["put"];
  readonly capabilities: Required<ObjectsCapabilities>;
  /** A folder that no other test uses, ending in "/". */
  folder(): string;
}

/** S3 takes no smaller part but the last. */
export const MIB = 1_048_576;

/** Bytes that differ from place to place and from seed to seed, so that a piece in the wrong place shows. */
export function patternOf(sizeBytes: number, seed: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Every byte of a piece. */
export async function bytesOf(store: ObjectStore, piece: Piece): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(piece)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes one object in chunks of this size. */
export async function write(store: ObjectStore, key: string, bytes: Uint8Array, chunkBytes = 100_003): Promise<void> {
  const writer = store.writer(key);
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) await writer.write(bytes.subarray(at, at + chunkBytes));
  await writer.close();
}

/** Compares long byte strings without printing them. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.byteLength).toBe(expected.byteLength);
  if (Buffer.compare(actual, expected) !== 0)
    expect(actual.findIndex((byte, at) => byte !== expected[at])).toBe("no byte differs");
}

/** Every page below the prefix. */
export async function pagesOf(store: ObjectStore, prefix: string): Promise<ObjectHead[][]> {
  const pages: ObjectHead[][] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, cursor);
    pages.push(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}

export async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await pagesOf(store, prefix)).flat().map(({ key }) => key);
}
