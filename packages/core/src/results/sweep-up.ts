import { preparedPrefix, settledPrefix, submissionOutputPrefix } from "../bucket/keys.ts";
import type { ObjectStore } from "../ports/objects.ts";

/** Pages deleted in one call, for each prefix: 50,000 objects, several times what 2,000 jobs leave behind. */
const MAX_PAGES = 50;

/**
 * Deletes what a finished submission leaves behind: its prepared input, its settled lines and Bedrock's output. Nothing
 * of it may be needed any more. A crash in between leaves the rest for the next call.
 *
 * @throws if there is more than one call deletes: it is to be called again
 */
export async function sweepUp(objects: ObjectStore, submissionId: string): Promise<void> {
  await deleteBelow(objects, preparedPrefix(submissionId));
  await deleteBelow(objects, settledPrefix(submissionId));
  await deleteBelow(objects, submissionOutputPrefix(submissionId));
}

/** Deletes what one run of a plan prepared that lost the commit to another. Throws as `sweepUp` does. */
export async function sweepUpRun(objects: ObjectStore, submissionId: string, run: string): Promise<void> {
  await deleteBelow(objects, `${preparedPrefix(submissionId)}${run}/`);
}

/** The first page is listed afresh each time: what was on it is gone, so no cursor points into a changed listing. */
async function deleteBelow(objects: ObjectStore, prefix: string): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, cursor } = await objects.list(prefix);
    if (items.length > 0) await objects.delete(items.map(({ key }) => key));
    if (cursor === undefined) return;
  }
  throw new Error(`More than ${MAX_PAGES} pages of objects lie below ${prefix}. The rest is deleted at the next try.`);
}
