import type { Bookmarks, Jobs, Lanes, Queue, Store, Submissions } from "@sluice/core";
import { bookmarkEntity } from "./entities/bookmark.ts";
import type { Place } from "./entities/entity.ts";
import { jobEntity } from "./entities/job.ts";
import { laneEntity } from "./entities/lane.ts";
import { pathEntity } from "./entities/path.ts";
import { queueEntryEntity } from "./entities/queue-entry.ts";
import { submissionEntity } from "./entities/submission.ts";
import { withPlainFaults } from "./faults.ts";
import { bookmarkOperations } from "./operations/bookmarks.ts";
import { jobPageOperations } from "./operations/job-pages.ts";
import { jobOperations } from "./operations/jobs.ts";
import { laneOperations, slotOperations } from "./operations/lanes.ts";
import { pathOperations } from "./operations/paths.ts";
import { queueOperations } from "./operations/queue.ts";
import { submissionPageOperations } from "./operations/submission-pages.ts";
import { submissionOperations } from "./operations/submissions.ts";

export interface DynamoStoreOptions {
  client: Place["client"];
  /** The name of a table made by `tableDefinition`. */
  table: string;
  /** With it, ended work is deleted so many days later; without it, never. */
  keep?: {
    /** At least 90. */
    days: number;
    /** Epoch milliseconds. */
    now: () => number;
  };
}

/** The daily pass looks at objects of 14 days; work that is forgotten before could be run again. */
const MIN_KEEP_DAYS = 90;
const DAY_SECONDS = 24 * 60 * 60;

function operationsOf({ client, table, keep }: DynamoStoreOptions): Store {
  if (keep !== undefined && !(keep.days >= MIN_KEEP_DAYS))
    throw new RangeError(`Ended work would be kept for ${keep.days} days; keep it for ${MIN_KEEP_DAYS} or more.`);
  const place = { client, table };
  const expiresAt = () => keep && Math.ceil(keep.now() / 1000) + keep.days * DAY_SECONDS;
  const lanes = laneEntity(place);
  const jobs = jobEntity(place);
  const submissions = submissionEntity(place);
  return {
    lanes: withPlainFaults<Lanes>({ ...laneOperations(lanes), ...slotOperations(lanes) }),
    queue: withPlainFaults<Queue>(queueOperations(queueEntryEntity(place))),
    jobs: withPlainFaults<Jobs>({ ...jobOperations(jobs, expiresAt), ...jobPageOperations(jobs) }),
    submissions: withPlainFaults<Submissions>({
      ...submissionOperations(submissions, expiresAt),
      ...submissionPageOperations(submissions),
      ...pathOperations(pathEntity(place)),
    }),
    bookmarks: withPlainFaults<Bookmarks>(bookmarkOperations(bookmarkEntity(place))),
  };
}

/**
 * The table in DynamoDB. An operation is one request, and a second one, a read, only where a lost race has to be told
 * or a page has been found by an index. Faults of the SDK are thrown as they are.
 */
export class DynamoStore implements Store {
  readonly lanes: Lanes;
  readonly queue: Queue;
  readonly jobs: Jobs;
  readonly submissions: Submissions;
  readonly bookmarks: Bookmarks;

  /** Throws a `RangeError` for `keep.days` under 90. */
  constructor(options: DynamoStoreOptions) {
    ({
      lanes: this.lanes,
      queue: this.queue,
      jobs: this.jobs,
      submissions: this.submissions,
      bookmarks: this.bookmarks,
    } = operationsOf(options));
  }
}
