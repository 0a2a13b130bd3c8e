import { PREPARED_PREFIX, PROCESSED_PREFIX, SUMMARY_NAME } from "../bucket/keys.ts";
import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import { summaryIn } from "../results/summary.ts";
import type { World } from "../world.ts";
import { takeIn } from "./take-over.ts";

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
    if (summary !== undefined && summary !== "foreign" && (await takeIn(world, summary, folder))) ended++;
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
