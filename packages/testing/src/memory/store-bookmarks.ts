import type { Bookmark, Bookmarks } from "@sluice/core";
import { copyOf } from "./store-rows.ts";

/** Where passes stopped, in memory. */
export function memoryBookmarks(bookmarks: Map<string, Bookmark>): Bookmarks {
  return {
    async get(name) {
      return copyOf(bookmarks.get(name));
    },

    async set(name, bookmark) {
      bookmarks.set(name, copyOf(bookmark));
    },
  };
}
