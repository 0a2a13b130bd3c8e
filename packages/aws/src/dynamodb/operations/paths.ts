import { hashOf, type JobStore } from "@sluice/core";
import type { BookmarkEntity } from "../entities/bookmark.ts";
import type { PathEntity } from "../entities/path.ts";

/** Who was the first to ask for a key's plain path. */
export function pathOperations(paths: PathEntity): Pick<JobStore, "claimPath"> {
  return {
    async claimPath(bucket, key, submissionId) {
      const { data } = await paths
        .upsert({ keyHash: hashOf(bucket, key) })
        .ifNotExists({ submissionId })
        .go({ response: "all_new" });
      return data.submissionId;
    },
  };
}

/** Where bounded passes stopped. */
export function bookmarkOperations(bookmarks: BookmarkEntity): Pick<JobStore, "bookmark" | "setBookmark"> {
  return {
    async bookmark(name) {
      const { data } = await bookmarks.get({ name }).go({ consistent: true });
      if (data === null) return undefined;
      const { startedAt, cursor } = data;
      return cursor === undefined ? { startedAt } : { startedAt, cursor };
    },

    async setBookmark(name, bookmark) {
      await bookmarks.put({ name, ...bookmark }).go({ response: "none" });
    },
  };
}
