import type { Store } from "@sluice/core";
import { memoryBookmarks } from "./store-bookmarks.ts";
import { memoryJobs } from "./store-jobs.ts";
import { memoryLanes } from "./store-lanes.ts";
import { memoryQueue } from "./store-queue.ts";
import { memorySubmissions } from "./store-submissions.ts";

/** The table in memory. Every operation is atomic, and what goes in or comes out is a copy. */
export class MemoryStore implements Store {
  readonly lanes = memoryLanes();
  readonly queue = memoryQueue();
  readonly jobs = memoryJobs();
  readonly submissions = memorySubmissions();
  readonly bookmarks = memoryBookmarks();
}
