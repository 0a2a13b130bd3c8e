import type { Store } from "@sluice/core";

/** The same store, each of its ports as `see` shows it. */
export function seePorts(store: Store, see: <Port extends object>(port: Port, name: keyof Store) => Port): Store {
  return {
    lanes: see(store.lanes, "lanes"),
    queue: see(store.queue, "queue"),
    jobs: see(store.jobs, "jobs"),
    submissions: see(store.submissions, "submissions"),
    bookmarks: see(store.bookmarks, "bookmarks"),
  };
}
