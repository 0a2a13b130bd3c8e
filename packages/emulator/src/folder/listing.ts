import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { canHoldKeysOf, codeOf, isMissing, problemOfKey, wayOut } from "./keys.ts";

/** The order of S3's listings. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * The keys of what lies below a prefix and behind a key, in UTF-8 byte order. Not every one need be an object: a
 * symbolic link may lead anywhere, and a file may be gone by now. One directory of each depth is in memory at a time.
 */
export async function* keysBelow(root: string, prefix: string, after: string | undefined): AsyncGenerator<string> {
  const base = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (!canHoldKeysOf(base) || wayOut(root, join(root, base, "any")) !== undefined) return;
  yield* walk(root, base, prefix, after);
}

async function* walk(root: string, base: string, prefix: string, after: string | undefined): AsyncGenerator<string> {
  for (const name of await sortedNames(join(root, base))) {
    const entry = base + name;
    if (!entry.startsWith(prefix) && !prefix.startsWith(entry)) continue;
    const isDirectory = name.endsWith("/");
    const mayHoldLater = isDirectory && after?.startsWith(entry);
    if (after !== undefined && !mayHoldLater && compareUtf8(entry, after) <= 0) continue;
    if (isDirectory) yield* walk(root, entry, prefix, after);
    else if (entry.startsWith(prefix) && problemOfKey(entry) === undefined) yield entry;
  }
}

/** The names in a directory. Its directories end in "/", which is how they sort among a bucket's keys. */
async function sortedNames(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name));
    return names.sort(Buffer.compare).map((name) => name.toString());
  } catch (error) {
    // Another process may delete a directory while we walk, and a prefix may name what is none.
    if (isMissing(error) || codeOf(error) === "ENAMETOOLONG") return [];
    // What one folder hides must not hide what lies in the others.
    if (codeOf(error) === "EACCES") return [];
    throw error;
  }
}
