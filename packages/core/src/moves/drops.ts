import { isIgnored } from "../bucket/ignored.ts";
import { DROPS_PREFIX } from "../bucket/keys.ts";
import { AGAIN_METADATA, submissionIdOf } from "../ids.ts";
import type { ObjectHead } from "../ports/objects.ts";
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
      if (isIgnored(object.key) || now - object.lastModified > timings.dropsAgeMs) continue;
      if (await isKnown(world, object)) continue;
      await world.messages.plan(object.key);
      found++;
    }
    cursor = listed.cursor;
    if (cursor === undefined) break;
  }
  await store.bookmarks.set(BOOKMARK, { startedAt, ...(cursor !== undefined && { cursor }) });
  if (found > 0) log({ level: "warn", event: "lostDropsFound", count: found });
}

/** A listing has no metadata, so that a drop with `sluice-again` is only known by a look at the object itself. */
async function isKnown({ store, objects }: World, listed: ObjectHead): Promise<boolean> {
  const has = async (head: ObjectHead) =>
    (await store.submissions.get(submissionIdOf(objects.bucket, head))) !== undefined;
  if (await has(listed)) return true;
  const head = await objects.head(listed.key);
  return head?.metadata[AGAIN_METADATA] !== undefined && has(head);
}
