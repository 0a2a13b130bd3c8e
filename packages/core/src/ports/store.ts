import type { Bookmarks } from "./bookmarks.ts";
import type { Jobs } from "./jobs.ts";
import type { Lanes } from "./lanes.ts";
import type { Queue } from "./queue.ts";
import type { Submissions } from "./submissions.ts";

/**
 * The table, as five ports of their own. Reads of single items, lanes and queues are strongly consistent; pages over
 * many items only find work. A lost race is a value (false or undefined), never an exception; it may also mean that an
 * earlier try of our own succeeded and only its reply was lost: read, then decide. Faults of the store itself are
 * thrown.
 */
export interface Store {
  readonly lanes: Lanes;
  readonly queue: Queue;
  readonly jobs: Jobs;
  readonly submissions: Submissions;
  readonly bookmarks: Bookmarks;
}
