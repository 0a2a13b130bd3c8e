import { SUMMARY_NAME, type Submission } from "@sluice/core";
import type { MemoryObjects } from "@sluice/testing";
import { type Dropped, STRANGERS_WORDS } from "../script/dropped.ts";
import { Violation } from "./violation.ts";

const PROMISE = "6: nothing deleted";

/** What lay in `processed/` and was whole when the table became what it was: nothing of it may change any more. */
export class KeptResults {
  readonly #objects: MemoryObjects;
  readonly #kept = new Map<string, string>();

  constructor(objects: MemoryObjects) {
    this.#objects = objects;
  }

  /** Remembers every folder of results that has its summary. */
  remember(): void {
    const keys = this.#objects.keys("processed/");
    const folders = keys.filter((key) => key.endsWith(`/${SUMMARY_NAME}`)).map((key) => folderOf(key));
    for (const key of keys) if (folders.includes(folderOf(key))) this.#kept.set(key, this.#objects.text(key));
  }

  /** Throws if something of it is gone or has changed. */
  check(): void {
    const left = new Set(this.#objects.keys("processed/"));
    for (const [key, text] of this.#kept)
      if (!left.has(key) || this.#objects.text(key) !== text)
        throw new Violation(PROMISE, `${key} is no longer what it was when the table was restored.`);
  }
}

/** What others put into `processed/` is as they put it there, and no two submissions share a folder. */
export function checkFolders(
  objects: MemoryObjects,
  drops: readonly Dropped[],
  submissions: readonly (Submission | undefined)[],
): void {
  for (const { script, strangers } of drops)
    for (const key of strangers)
      if (!objects.keys(key).includes(key) || objects.text(key) !== STRANGERS_WORDS)
        throw new Violation(PROMISE, `${key}, which somebody else put there, was written over for ${script.name}.`);
  const folders = submissions.flatMap((submission) => submission?.folder ?? []);
  const shared = folders.find((folder, n) => folders.indexOf(folder) !== n);
  if (shared !== undefined) throw new Violation("3: every record once", `Two submissions share the folder ${shared}.`);
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
