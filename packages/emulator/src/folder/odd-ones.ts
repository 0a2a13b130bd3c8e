import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, isMissing, problemOfKey } from "./keys.ts";
import { foundAt } from "./object-file.ts";

/** Something in the folder that is no object. */
export interface OddOne {
  /** Where it lies in the bucket; letters that are no Unicode are replaced. */
  readonly key: string;
  /** What is wrong with it, in words that go on from its name. */
  readonly why: string;
}

/** What lies below a prefix that ends in "/" or is empty, or at the key that the prefix is, and is no object. */
export async function* oddOnesBelow(root: string, prefix: string): AsyncGenerator<OddOne> {
  if (prefix !== "" && !prefix.endsWith("/")) return yield* oddOneAt(root, prefix);
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(join(root, prefix), { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    if (isMissing(error)) return;
    const why = codeOf(error) === "ENAMETOOLONG" ? "has too long a name" : "is a folder that cannot be read";
    return yield { key: prefix, why: `${why} (${codeOf(error)})` };
  }
  for (const entry of entries) {
    const name = entry.name.toString();
    const key = prefix + name;
    if (Buffer.compare(Buffer.from(name), entry.name) !== 0) yield { key, why: "has a name that is not valid UTF-8" };
    else if (entry.isDirectory()) yield* oddOnesBelow(root, `${key}/`);
    else yield* oddOneAt(root, key);
  }
}

async function* oddOneAt(root: string, key: string): AsyncGenerator<OddOne> {
  const problem = problemOfKey(key);
  if (problem !== undefined) return yield { key, why: `cannot be a key: ${problem}` };
  const found = foundAt(root, join(root, key));
  if (found !== undefined && "why" in found) yield { key, why: found.why };
}
