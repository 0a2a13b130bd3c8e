import { ERRORS_NAME, type ObjectStore, RESULTS_NAME, SUMMARY_NAME } from "@sluice/core";
import type { DroppedFile } from "./drop.ts";

/** What the result files of one drop hold. */
export interface Accounting {
  results: number;
  errors: number;
  /** What is not as it must be, in words; empty if every record is accounted for. */
  problems: string[];
}

/** How many lost or doubled records are named one by one. */
const MOST_NAMED = 5;

/** Reads the result files of a drop, and holds every line against what was dropped; no counter of ours is asked. */
export async function accountFor(
  objects: ObjectStore,
  { file, key }: DroppedFile,
  folder: string | undefined,
): Promise<Accounting> {
  if (folder === undefined || (await objects.head(`${folder}${SUMMARY_NAME}`)) === undefined)
    return { results: 0, errors: 0, problems: [`${key} has no ${SUMMARY_NAME}`] };
  const results = await marksIn(objects, `${folder}${RESULTS_NAME}`);
  const errors = await marksIn(objects, `${folder}${ERRORS_NAME}`);
  const wanted = [...file.recordIds.map((id) => `record ${id}`), ...file.brokenLines.map((line) => `line ${line}`)];
  const times = new Map(wanted.map((mark) => [mark, 0]));
  const strange: string[] = [];
  for (const mark of [...results, ...errors]) {
    const seen = times.get(mark);
    if (seen === undefined) strange.push(mark);
    else times.set(mark, seen + 1);
  }
  const problems = [
    ...named(
      [...times].filter(([, count]) => count === 0).map(([mark]) => mark),
      "lost",
      key,
    ),
    ...named(
      [...times].filter(([, count]) => count > 1).map(([mark]) => mark),
      "there more than once",
      key,
    ),
    ...named(strange, "not of this file", key),
  ];
  return { results: results.length, errors: errors.length, problems };
}

function named(marks: readonly string[], what: string, key: string): string[] {
  const some = marks.slice(0, MOST_NAMED).join(", ");
  return marks.length === 0 ? [] : [`${key}: ${marks.length} ${what}: ${some}`];
}

/** What each line of a result file stands for: a line of the input that was broken, or a record. */
async function marksIn(objects: ObjectStore, key: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of objects.read({ key })) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((text) => {
      const { line, recordId } = JSON.parse(text) as { line?: number; recordId?: string };
      return line === undefined ? `record ${recordId}` : `line ${line}`;
    });
}
