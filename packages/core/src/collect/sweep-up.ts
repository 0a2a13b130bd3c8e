import type { ObjectStore } from "../ports.ts";
import { settledPrefix, stagingPrefix, submissionOutputPrefix } from "./keys.ts";

/** Pages deleted in one call, for each prefix: 50,000 objects, several times what 2,000 jobs leave behind. */
const MAX_PAGES = 50;

/**
 * Deletes what a finished submission leaves behind: its staged input, its settled parts and Bedrock's output. Nothing
 * of it may be needed any more. A crash in between leaves the rest for the next call.
 *
 * @returns true once nothing is left; false if the bound was reached first, and it is to be called again
 */
export async function sweepUp(objects: ObjectStore, submissionId: string): Promise<boolean> {
  for (const prefix of [stagingPrefix(submissionId), settledPrefix(submissionId), submissionOutputPrefix(submissionId)])
    if (!(await deleteBelow(objects, prefix))) return false;
  return true;
}

/** The first page is listed afresh each time: what was on it is gone, so no cursor points into a changed listing. */
async function deleteBelow(objects: ObjectStore, prefix: string): Promise<boolean> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, cursor } = await objects.list(prefix);
    if (items.length > 0) await objects.delete(items.map(({ key }) => key));
    if (cursor === undefined) return true;
  }
  return false;
}
