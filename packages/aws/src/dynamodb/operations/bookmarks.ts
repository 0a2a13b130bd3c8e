import type { Bookmarks } from "@sluice/core";
import type { BookmarkEntity } from "../entities/bookmark.ts";

/** Where bounded passes stopped. */
export function bookmarkOperations(bookmarks: BookmarkEntity): Bookmarks {
  return {
    async get(name) {
      const { data } = await bookmarks.get({ name }).go({ consistent: true });
      if (data === null) return undefined;
      const { startedAt, cursor } = data;
      return cursor === undefined ? { startedAt } : { startedAt, cursor };
    },

    async set(name, bookmark) {
      await bookmarks.put({ name, ...bookmark }).go({ response: "none" });
    },
  };
}
