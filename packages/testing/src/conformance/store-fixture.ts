import type { JobStore, Page } from "@sluice/core";
import { test } from "vitest";

/** Makes an empty store; `close` is called when its test is over. */
export type MakeStore = () => Promise<{ store: JobStore; close?(): Promise<void> }>;

/** Registers one test with a store of its own; the promise is the test's name. */
export type StoreTest = (promise: string, story: (store: JobStore) => Promise<void>, timeoutMs?: number) => void;

export function storeTest(makeStore: MakeStore): StoreTest {
  return (promise, story, timeoutMs = 30_000) => {
    test(promise, { timeout: timeoutMs }, async () => {
      const { store, close } = await makeStore();
      try {
        await story(store);
      } finally {
        await close?.();
      }
    });
  };
}

const MAX_PAGES = 1_000;

/** Every item of a paged operation, and how long each page was. Throws if the pages do not end. */
export async function everyPage<T>(
  page: (cursor?: string) => Promise<Page<T>>,
): Promise<{ items: T[]; sizes: number[] }> {
  const items: T[] = [];
  const sizes: number[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const found = cursor === undefined ? await page() : await page(cursor);
    items.push(...found.items);
    sizes.push(found.items.length);
    cursor = found.cursor;
    if (cursor === undefined) return { items, sizes };
  }
  throw new Error(`The pages did not end after ${MAX_PAGES}.`);
}
