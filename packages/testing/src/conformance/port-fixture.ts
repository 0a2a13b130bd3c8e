import type { Page } from "@sluice/core";
import { test } from "vitest";

/** Makes an empty port; `close` is called when its test is over. */
export type MakePort<Port> = () => Promise<{ port: Port; close?(): Promise<void> }>;

/** Registers one test with a port of its own; the promise is the test's name. */
export type PortTest<Port> = (promise: string, story: (port: Port) => Promise<void>, timeoutMs?: number) => void;

export function portTest<Port>(makePort: MakePort<Port>): PortTest<Port> {
  return (promise, story, timeoutMs = 30_000) => {
    test(promise, { timeout: timeoutMs }, () => withPort(makePort, story));
  };
}

/** Tells a story to a port of its own. */
export async function withPort<Port>(makePort: MakePort<Port>, story: (port: Port) => Promise<void>): Promise<void> {
  const { port, close } = await makePort();
  try {
    await story(port);
  } finally {
    await close?.();
  }
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
