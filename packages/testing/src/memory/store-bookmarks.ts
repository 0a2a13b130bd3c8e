import type { Bookmark, Bookmarks } from "@sluice/core";
import { copyOf } from "./store-rows.ts";

/** Where passes stopped, in memory. */
export function memoryBookmarks(): Bookmarks {
  const bookmarks = new Map<string, Bookmark>();

  return {
    async get(name) {
      return copyOf(bookmarks.get(name));
    },

    async set(name, bookmark) {
      bookmarks.set(name, copyOf(bookmark));
    },
  };
}
