import { PREPARED_PREFIX, PROCESSED_PREFIX, resultsFolders, SUMMARY_NAME } from "../bucket/keys.ts";
import { submissionIdOf } from "../ids.ts";
import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import { type Summary, summaryIn } from "../results/summary.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { takeOverAt } from "./take-over.ts";

/** The name under which it stands in the table that this was done. */
const BOOKMARK = "mended";
/** Pages of 1,000 objects that are looked at. */
const MOST_PAGES = 1_000;

/**
 * Writes into a new table what the results in the bucket tell of: the submissions that have ended, by their summaries.
 * The drops of all others are found by the next pass, and planned as far as they were not. A table that was mended, or
 * had nothing to be mended, says so, and is left alone; an interrupted run is begun again.
 *
 * @returns how many submissions were written into the table again
 */
export async function mend(world: World): Promise<number> {
  const { store, objects, clock, log } = world;
  if ((await store.bookmarks.get(BOOKMARK)) !== undefined) return 0;
  const wasEmpty = (await store.submissions.newest(1)).items.length === 0;
  let ended = 0;
  for await (const { key } of objectsBelow(objects, PROCESSED_PREFIX)) {
    if (!key.endsWith(`/${SUMMARY_NAME}`)) continue;
    const folder = key.slice(0, -SUMMARY_NAME.length);
    const summary = await summaryIn(objects, folder);
    if (summary !== undefined && summary !== "foreign" && (await putEnded(world, summary, folder))) ended++;
  }
  const isUnderWay = wasEmpty && (await objects.list(PREPARED_PREFIX)).items.length > 0;
  if (ended > 0 || isUnderWay)
    log({
      level: "warn",
      event: "tableMended",
      count: ended,
      message: `The table was lost. The bucket told of ${ended} files that have ended, which are not run again; the others go on where they were.`,
    });
  await store.bookmarks.set(BOOKMARK, { startedAt: clock.now() });
  return ended;
}

async function* objectsBelow(objects: ObjectStore, prefix: string): AsyncGenerator<ObjectHead> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await objects.list(prefix, cursor);
    yield* listed.items;
    cursor = listed.cursor;
    if (cursor === undefined) return;
  }
}

/** Puts a submission that has ended, with where its results lie; false if the summary is none of ours, or nothing new. */
async function putEnded(world: World, summary: Summary, folder: string): Promise<boolean> {
  const { store, objects, settings } = world;
  const { submissionId, key, etag, model, lane, route } = summary;
  const { bucket } = objects;
  const lastModified = Date.parse(summary.lastModified);
  const { plain, own } = resultsFolders(key, submissionId);
  // Whoever writes one by hand can write what he likes: its own ids tell which is ours.
  if (submissionIdOf(bucket, { key, etag, lastModified }) !== submissionId || ![plain, ...own].includes(folder))
    return false;
  const facts: SubmissionFacts = {
    ...{ submissionId, bucket, key, etag, lastModified, sizeBytes: 0, seenAt: lastModified },
    ...(route !== undefined && { route }),
    ...{ lane, modelId: model, invocation: settings.default.invocation, priority: 0 },
  };
  const before = await store.submissions.put(facts);
  if (before.status !== "Planning" && before.status !== "Open") return false;
  return (await takeOverAt(world, before, { folder, summary })) !== undefined;
}
