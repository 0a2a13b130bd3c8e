import { openRecords, type Submission, type SubmissionStatus } from "@sluice/core";
import type { Site } from "../reach/sluice.ts";

/** How many submissions a listing shows if nobody says another number. */
const DEFAULT_LISTED = 200;
const PAGE = 200;
/** How many pages one listing reads to find what fits: the newest 50,000 submissions. */
const MOST_PAGES = 250;

/** The name by which a filter means the route of files whose folder names none. */
export const DEFAULT_ROUTE = "default";

/** A submission as a list shows it. Times are ISO. */
export interface ListedSubmission {
  id: string;
  key: string;
  status: SubmissionStatus;
  model: string;
  lane: string;
  /** Absent for the default route. */
  route?: string;
  records: number;
  results: number;
  errors: number;
  open: number;
  droppedAt: string;
}

export interface Listing {
  submissions: ListedSubmission[];
  /** True if there may be older ones that fit. */
  more: boolean;
}

/** Which submissions are wanted. */
export interface Filter {
  statuses?: readonly SubmissionStatus[];
  route?: string;
  /** Only those older than this one: its id, or one's first letters. */
  before?: string;
  limit?: number;
}

/** The newest submissions that fit a filter. */
export async function listSubmissions({ store }: Site, filter: Filter = {}): Promise<Listing> {
  const { limit = DEFAULT_LISTED } = filter;
  const found: Submission[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await store.submissions.newest(PAGE, cursor);
    found.push(...items.filter((submission) => fits(submission, filter)));
    if (found.length > limit) return { submissions: found.slice(0, limit).map(listed), more: true };
    if (next === undefined) return { submissions: found.map(listed), more: false };
    cursor = next;
  }
  return { submissions: found.map(listed), more: true };
}

function fits({ submissionId, status, route }: Submission, filter: Filter): boolean {
  if (filter.before !== undefined && submissionId >= filter.before.toUpperCase()) return false;
  if (filter.statuses !== undefined && !filter.statuses.includes(status)) return false;
  return filter.route === undefined || filter.route === (route ?? DEFAULT_ROUTE);
}

export function listed(submission: Submission): ListedSubmission {
  const { submissionId, key, status, modelId, lane, route, counts, lastModified } = submission;
  return {
    id: submissionId,
    key,
    status,
    model: modelId,
    lane,
    ...(route !== undefined && { route }),
    ...counts,
    open: openRecords(counts),
    droppedAt: new Date(lastModified).toISOString(),
  };
}
