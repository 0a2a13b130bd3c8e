import { ItemUnreadable, type Page } from "@sluice/core";

/** How often keys that DynamoDB left out of a batch are asked for again; a batch of 100 big items takes two or three. */
const MAX_REREADS = 20;

/** A page of an index that holds keys alone: the ids it found, and whether there is more. */
export interface Found {
  ids: string[];
  hasMore: boolean;
}

/** What an index of keys alone answered: ElectroDB sees no attributes in it, so the ids are read from the table's keys. */
export function foundBy(answer: { data: object[]; cursor: string | null }, idOf: (keys: Keys) => string): Found {
  return { ids: answer.data.map((keys) => idOf(keys as Keys)), hasMore: answer.cursor !== null };
}
type Keys = Record<string, string>;

/** Reads some of these items; those that did not fit into one answer are left over. */
type Reread<Row> = (ids: string[]) => Promise<{ rows: [id: string, row: Row][]; left: string[] }>;

/**
 * A page that an index found and the table itself told. What the index still shows but no longer belongs (`toItem`
 * answers undefined) is left out, so a page may be shorter than its limit, even empty, and yet have a next one. The
 * cursor is the last id found: what came or went in the meantime moves nothing. An item that cannot be read is told
 * beside the others.
 *
 * @throws if DynamoDB goes on leaving items unread
 */
export async function pageByIndex<Row, T>(
  { ids, hasMore }: Found,
  reread: Reread<Row>,
  toItem: (row: Row) => T | undefined,
): Promise<Page<T>> {
  const rowById = new Map<string, Row>();
  let left = ids;
  for (let reads = 0; left.length > 0; reads++) {
    if (reads === MAX_REREADS)
      throw new Error(
        `DynamoDB left ${left.length} of ${ids.length} items unread, ${MAX_REREADS} times. Try again later.`,
      );
    const batch = await reread(left);
    for (const [id, row] of batch.rows) rowById.set(id, row);
    left = batch.left;
  }
  const items: T[] = [];
  const unreadable: string[] = [];
  for (const id of ids) {
    const row = rowById.get(id);
    try {
      const item = row === undefined ? undefined : toItem(row);
      if (item !== undefined) items.push(item);
    } catch (error) {
      if (!(error instanceof ItemUnreadable)) throw error;
      unreadable.push(error.message);
    }
  }
  const last = ids.at(-1);
  const page: Page<T> = hasMore && last !== undefined ? { items, cursor: last } : { items };
  return unreadable.length > 0 ? { ...page, unreadable } : page;
}
