import type { BigIntStats } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ObjectHead } from "@sluice/core";
import { codeOf, isMissing } from "./keys.ts";
import type { Metadata } from "./metadata.ts";

/** How often a file is moved to its place while others delete the empty directory around it. */
const PLACE_TRIES = 10;

/** What the file system says of a file; undefined if there is none at the path. A link to a file counts as one. */
export async function fileAt(path: string): Promise<BigIntStats | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? found : undefined;
  } catch (error) {
    if (isMissing(error) || codeOf(error) === "ELOOP") return undefined;
    throw error;
  }
}

/** Moves a file to its place, making the directories around it. */
export async function moveTo(from: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(dirname(path), { recursive: true });
      return await rename(from, path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === PLACE_TRIES) throw error;
    }
  }
}

/** Changes with every write: a moved file has another inode, and a `cp` over it another time. */
export function etagOf(stats: BigIntStats): string {
  return [stats.ino, stats.mtimeNs, stats.size].map((number) => number.toString(36)).join("-");
}

/** What an object store tells of a file. */
export function headOf(key: string, stats: BigIntStats, metadata: Metadata): ObjectHead {
  const lastModified = Number(stats.mtimeNs / 1_000_000n);
  return { key, sizeBytes: Number(stats.size), etag: etagOf(stats), lastModified, metadata };
}
