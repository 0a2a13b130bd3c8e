import { DROPS_PREFIX } from "../bucket/keys.ts";
import { submissionIdOf } from "../ids.ts";
import { isOver } from "../rules/clocks.ts";
import type { World } from "../world.ts";

/** The name under which the pass keeps its place. */
const BOOKMARK = "drops";
/** How many pages of 1,000 objects one run of the pass looks at; the next run goes on where it stopped. */
const MOST_PAGES = 5;

/**
 * A bounded stretch of the daily pass over `to-process/`, for drops whose notification was lost. Old objects are not
 * looked at, so that no history is ever run again.
 */
export async function findDrops(world: World): Promise<void> {
  const { store, objects, clock, timings, log } = world;
  const now = clock.now();
  const last = await store.bookmarks.get(BOOKMARK);
  const isDue =
    last === undefined || (last.cursor === undefined && isOver(last.startedAt, timings.dropsPassMs - 1, now));
  if (!isDue && last.cursor === undefined) return;
  const startedAt = isDue ? now : last.startedAt;
  let cursor = isDue ? undefined : last.cursor;
  let found = 0;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await objects.list(DROPS_PREFIX, cursor);
    for (const object of listed.items) {
      if (object.key.endsWith("/") || now - object.lastModified > timings.dropsAgeMs) continue;
      if ((await store.submissions.get(submissionIdOf(objects.bucket, object))) !== undefined) continue;
      await world.messages.plan(object.key);
      found++;
    }
    cursor = listed.cursor;
    if (cursor === undefined) break;
  }
  await store.bookmarks.set(BOOKMARK, { startedAt, ...(cursor !== undefined && { cursor }) });
  if (found > 0) log({ level: "warn", event: "lostDropsFound", count: found });
}
