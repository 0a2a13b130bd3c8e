import { openRecords, type Submission } from "@sluice/core";
import type { Site } from "../reach/sluice.ts";

/** How many submissions a listing shows; older ones are found by id. */
const MOST_LISTED = 200;

/** A submission as a list shows it. Times are ISO. */
export interface ListedSubmission {
  id: string;
  key: string;
  status: Submission["status"];
  model: string;
  lane: string;
  records: number;
  results: number;
  errors: number;
  open: number;
  droppedAt: string;
}

export interface Listing {
  submissions: ListedSubmission[];
  /** True if there are older ones. */
  more: boolean;
}

/** The newest submissions. */
export async function listSubmissions({ store }: Site): Promise<Listing> {
  const { items, cursor } = await store.submissions.newest(MOST_LISTED);
  return { submissions: items.map(listed), more: cursor !== undefined };
}

export function listed(submission: Submission): ListedSubmission {
  const { submissionId, key, status, modelId, lane, counts, lastModified } = submission;
  return {
    id: submissionId,
    key,
    status,
    model: modelId,
    lane,
    ...counts,
    open: openRecords(counts),
    droppedAt: new Date(lastModified).toISOString(),
  };
}
