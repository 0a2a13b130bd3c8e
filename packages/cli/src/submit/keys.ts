import { basename } from "node:path";
import { DROPS_PREFIX, type ObjectStore } from "@sluice/core";
import { Failure } from "../failure.ts";

/** How many names are tried for a file whose own is taken. */
const MOST_NAMES = 10_000;

/** The keys that a file may get, in the folder of its route: its own name, then that with a number. */
export function* namesFor(file: string, route: string | undefined): Generator<string> {
  const folder = route === undefined ? DROPS_PREFIX : `${DROPS_PREFIX}${route}/`;
  const [, stem = "", ending = ""] = /^(.+?)((?:\.jsonl?)?(?:\.gz)?)$/s.exec(basename(file)) ?? [];
  for (let number = 1; number <= MOST_NAMES; number++)
    yield `${folder}${number === 1 ? stem : `${stem}-${number}`}${ending}`;
}

/**
 * A key for a file that no object has. A drop is never overwritten by another file of the same name.
 *
 * @param taken keys that were given to other files of this run
 */
export async function freeKey(
  objects: ObjectStore,
  file: string,
  route: string | undefined,
  taken: ReadonlySet<string>,
): Promise<string> {
  for (const key of namesFor(file, route)) if (!taken.has(key) && (await objects.head(key)) === undefined) return key;
  throw new Failure(
    "NoFreeName",
    `${DROPS_PREFIX}${route ?? ""} has ${MOST_NAMES} files named like ${basename(file)}.`,
    "Rename the file.",
  );
}
