import type { Page } from "@sluice/core";

/** A deep copy, so that neither the caller nor the store can change what the other holds. */
export function copyOf<T>(value: T): T {
  return structuredClone(value);
}

/** Orders ids and lane names; they are ASCII, so this is the order of DynamoDB's sort keys too. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * A page of rows in order of id. The cursor is the last id of the page before, so that rows that came or went in the
 * meantime move nothing.
 */
export function pageOf<T>(
  rows: Iterable<[id: string, row: T]>,
  order: "ascending" | "descending",
  limit: number,
  cursor?: string,
): Page<T> {
  const sign = order === "ascending" ? 1 : -1;
  const behind = [...rows]
    .filter(([id]) => cursor === undefined || sign * compareText(id, cursor) > 0)
    .sort(([a], [b]) => sign * compareText(a, b));
  const items = behind.slice(0, limit);
  const last = items.at(-1);
  const page: Page<T> = { items: items.map(([, row]) => copyOf(row)) };
  if (last !== undefined && behind.length > items.length) page.cursor = last[0];
  return page;
}
