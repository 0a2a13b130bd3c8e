import type { Bookmark, Job, Lane, QueueEntry, Store, Submission } from "@sluice/core";
import { memoryBookmarks } from "./store-bookmarks.ts";
import { memoryJobs } from "./store-jobs.ts";
import { memoryLanes } from "./store-lanes.ts";
import { memoryQueue } from "./store-queue.ts";
import { copyOf } from "./store-rows.ts";
import { memorySubmissions } from "./store-submissions.ts";

/** The table in memory. Every operation is atomic, and what goes in or comes out is a copy. */
export class MemoryStore implements Store {
  readonly #stored = {
    lanes: new Map<string, Lane>(),
    queues: new Map<string, QueueEntry[]>(),
    jobs: new Map<string, Job>(),
    submissions: new Map<string, Submission>(),
    firstByPath: new Map<string, string>(),
    bookmarks: new Map<string, Bookmark>(),
  };
  readonly lanes = memoryLanes(this.#stored.lanes);
  readonly queue = memoryQueue(this.#stored.queues);
  readonly jobs = memoryJobs(this.#stored.jobs);
  readonly submissions = memorySubmissions(this.#stored.submissions, this.#stored.firstByPath);
  readonly bookmarks = memoryBookmarks(this.#stored.bookmarks);

  /** Remembers the table as it is now; what comes back brings it there again, as point-in-time recovery does. */
  remember(): () => void {
    const then = copyOf(this.#stored);
    return () => {
      for (const [name, rows] of Object.entries(this.#stored) as [keyof typeof then, Map<string, unknown>][]) {
        rows.clear();
        for (const [id, row] of copyOf(then[name])) rows.set(id, row);
      }
    };
  }
}
