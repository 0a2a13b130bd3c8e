import { lstatSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

/** S3: the longest key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1_024;
/** ext4, xfs, APFS and NTFS: the longest name in a directory (in bytes, or in characters that are no shorter). */
const MAX_NAME_BYTES = 255;

/** S3 has such a key, but a folder cannot hold it. */
export class KeyNotStorable extends Error {
  constructor(
    readonly key: string,
    why: string,
  ) {
    super(`The key ${JSON.stringify(key)} cannot be kept in a folder: ${why}. Choose another name for the file.`);
    this.name = "KeyNotStorable";
  }
}

/** What is wrong with a part between two slashes; undefined for a name that a directory can hold. */
function problemOfName(name: string): string | undefined {
  if (name === "") return "it begins or ends with a slash, or has two in a row";
  if (name === "." || name === "..") return `a part of it is "${name}", which is no name but a direction`;
  if (name.includes("\0")) return "it has a NUL character";
  if (sep !== "/" && name.includes(sep)) return `this system takes ${sep} for a slash`;
  const nameBytes = Buffer.byteLength(name);
  return nameBytes > MAX_NAME_BYTES ? `a part of it has ${nameBytes} bytes; ${MAX_NAME_BYTES} are the most` : undefined;
}

/** True for a prefix of keys that a folder can hold; `directory` ends in "/" or is empty. */
export function canHoldKeysOf(directory: string): boolean {
  return (
    directory === "" ||
    directory
      .slice(0, -1)
      .split("/")
      .every((name) => problemOfName(name) === undefined)
  );
}

/** Why a folder cannot hold a key; undefined if it can. */
export function problemOfKey(key: string): string | undefined {
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes > MAX_KEY_BYTES) return `it has ${keyBytes} bytes; ${MAX_KEY_BYTES} are the most`;
  if (Buffer.from(key).toString() !== key) return "it is not valid Unicode";
  for (const name of key.split("/")) {
    const problem = problemOfName(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The file of a key, by its name alone. Throws `KeyNotStorable`. */
export function pathOfKey(root: string, key: string): string {
  const problem = problemOfKey(key);
  if (problem !== undefined) throw new KeyNotStorable(key, problem);
  return join(root, ...key.split("/"));
}

/**
 * Where a symbolic link among the directories on the way to `path` leads out of `root`, which is a real path; undefined
 * if none does. Directories that do not exist yet lead nowhere.
 */
export function wayOut(root: string, path: string): string | undefined {
  try {
    // At once and not through the thread pool: the way there and back takes ten times as long as such a call.
    for (let end = path.indexOf(sep, root.length + 1); end >= 0; end = path.indexOf(sep, end + 1)) {
      const directory = path.slice(0, end);
      const found = lstatSync(directory, { throwIfNoEntry: false });
      if (found === undefined) return undefined;
      if (!found.isSymbolicLink()) continue;
      const real = realpathSync.native(directory);
      if (real !== root && !real.startsWith(root + sep)) return real;
    }
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The error's code, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** True if there is nothing at the path, or a file where the path has a directory. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
}
