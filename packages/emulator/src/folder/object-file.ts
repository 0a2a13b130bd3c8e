/*
 * What the file system knows of a file is asked at once and not through the thread pool: the way there and back takes
 * ten times as long as such a call, and a job makes hundreds. Whatever may wait for the disk goes through the pool.
 */
import { accessSync, type BigIntStats, constants, existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { mkdir, rename, rmdir } from "node:fs/promises";
import { dirname, sep } from "node:path";
import type { ObjectHead } from "@sluice/core";
import { codeOf, isMissing } from "./keys.ts";
import type { Metadata } from "./metadata.ts";

/** How often a file is moved to its place while others delete the empty directory around it. */
const PLACE_TRIES = 10;
const OWNER_MAY_READ = 0o400;

/** A file that can be an object, or why what lies there cannot be one, in words that go on from its name. */
export type Found = { readonly stats: BigIntStats } | { readonly why: string };

/**
 * What lies at a path in the bucket `root`, which is a real path; undefined for nothing, and for a directory. A link to
 * a file of the bucket counts as one. Nothing is opened: a pipe would never answer, and a device never end.
 */
export function foundAt(root: string, path: string): Found | undefined {
  try {
    const own = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (own === undefined) return undefined;
    return own.isSymbolicLink() ? foundBehind(root, path) : fileOf(path, own);
  } catch (error) {
    if (isMissing(error) || codeOf(error) === "ENAMETOOLONG") return undefined;
    if (codeOf(error) === "EACCES") return { why: "lies in a folder that this process may not read" };
    throw error;
  }
}

/** What the file system says of a file that can be an object; undefined if there is none at the path. */
export function fileAt(root: string, path: string): BigIntStats | undefined {
  const found = foundAt(root, path);
  return found !== undefined && "stats" in found ? found.stats : undefined;
}

function foundBehind(root: string, path: string): Found {
  try {
    const real = realpathSync.native(path);
    if (real !== root && !real.startsWith(root + sep))
      return { why: "is a link that leads out of the bucket; put the file itself here" };
    const found = fileOf(path, statSync(path, { bigint: true }));
    return found ?? { why: "is a link to a folder; put the files themselves here" };
  } catch (error) {
    if (codeOf(error) === "ELOOP") return { why: "is a link that goes in a circle" };
    if (isMissing(error)) return { why: "is a link to nothing" };
    throw error;
  }
}

function fileOf(path: string, stats: BigIntStats): Found | undefined {
  if (stats.isDirectory()) return undefined;
  if (stats.isFile())
    return isReadable(path, stats) ? { stats } : { why: "may not be read by this process; change its rights" };
  if (stats.isFIFO()) return { why: "is a pipe, and no file" };
  return { why: stats.isSocket() ? "is a socket, and no file" : "is a device, and no file" };
}

/** Most files are the process's own, and need no further call. */
function isReadable(path: string, { mode, uid }: BigIntStats): boolean {
  if (Number(uid) === process.getuid?.() && (Number(mode) & OWNER_MAY_READ) !== 0) return true;
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Moves a file to its place, making the directories around it. */
export async function moveTo(from: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      if (!existsSync(dirname(path))) await mkdir(dirname(path), { recursive: true });
      return await rename(from, path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || tries === PLACE_TRIES) throw error;
    }
  }
}

/** S3 has no directories: one that a deletion leaves empty goes too, up to the bucket. */
export async function removeEmpty(root: string, directory: string): Promise<void> {
  for (let around = directory; around !== root; around = dirname(around)) {
    const removed = await rmdir(around).then(
      () => true,
      () => false,
    );
    if (!removed) return;
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
