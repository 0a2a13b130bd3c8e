import type { Bookmark, JobStore, Submission } from "@sluice/core";
import { copyOf, pageOf } from "./store-rows.ts";

type SubmissionOperations = Pick<
  JobStore,
  | "putSubmission"
  | "submission"
  | "submissions"
  | "unsettledSubmissions"
  | "commitPlan"
  | "openSubmission"
  | "refuseSubmission"
  | "settlePart"
  | "finishSubmission"
>;

/** The most jobs of one submission: a DynamoDB item ends at 400 KB, and other stores must not take more. */
const MAX_OPEN_JOBS = 2_000;

/** The operations on submissions, over rows of their own. None of them waits, so each is atomic. */
export function submissionOperations(): SubmissionOperations {
  const rows = new Map<string, Submission>();

  function rowOf(submissionId: string): Submission {
    const row = rows.get(submissionId);
    if (row === undefined)
      throw new Error(`There is no submission ${submissionId} in the table. Put it before it is planned or settled.`);
    return row;
  }

  return {
    async putSubmission(facts) {
      const row: Submission = rows.get(facts.submissionId) ?? {
        ...copyOf(facts),
        status: "Planning",
        openJobs: new Set(),
        counts: { records: 0, results: 0, errors: 0 },
      };
      rows.set(facts.submissionId, row);
      return copyOf(row);
    },

    async submission(submissionId) {
      return copyOf(rows.get(submissionId));
    },

    async submissions(limit, cursor) {
      return pageOf(rows, "descending", limit, cursor);
    },

    async unsettledSubmissions(limit, cursor) {
      const unsettled = [...rows].filter(([, { status }]) => status === "Planning" || status === "Open");
      return pageOf(unsettled, "ascending", limit, cursor);
    },

    async commitPlan(submissionId, plan, counts, openJobs) {
      if (openJobs.length > MAX_OPEN_JOBS)
        throw new RangeError(
          `Submission ${submissionId} would have ${openJobs.length} jobs; ${MAX_OPEN_JOBS} is the most. Split its file.`,
        );
      const row = rowOf(submissionId);
      if (row.status !== "Planning" || row.plan !== undefined) return copyOf(row);
      const committed = copyOf({ ...row, plan, counts, openJobs: new Set(openJobs) });
      rows.set(submissionId, committed);
      return copyOf(committed);
    },

    async openSubmission(submissionId) {
      const row = rows.get(submissionId);
      if (row?.status === "Planning" && row.plan !== undefined) rows.set(submissionId, { ...row, status: "Open" });
    },

    async refuseSubmission(submissionId, problem, counts) {
      const row = rows.get(submissionId);
      if (row?.status !== "Planning" || row.plan !== undefined) return false;
      rows.set(submissionId, copyOf({ ...row, status: "Refused", problem, counts }));
      return true;
    },

    async settlePart(submissionId, jobId, settled) {
      const row = rowOf(submissionId);
      if (!row.openJobs.has(jobId)) return copyOf(row);
      const openJobs = new Set(row.openJobs);
      openJobs.delete(jobId);
      const { records, results, errors } = row.counts;
      const counts = { records, results: results + settled.results, errors: errors + settled.errors };
      rows.set(submissionId, { ...row, openJobs, counts });
      return copyOf({ ...row, openJobs, counts });
    },

    async finishSubmission(submissionId) {
      const row = rows.get(submissionId);
      if (row?.status !== "Open" || row.openJobs.size > 0) return false;
      rows.set(submissionId, { ...row, status: "Done" });
      return true;
    },
  };
}

/** Who was the first to ask for a key's plain path, and where passes stopped. */
export function pathOperations(): Pick<JobStore, "claimPath" | "bookmark" | "setBookmark"> {
  const firstByPath = new Map<string, string>();
  const bookmarks = new Map<string, Bookmark>();

  return {
    async claimPath(bucket, key, submissionId) {
      const path = JSON.stringify([bucket, key]);
      const first = firstByPath.get(path) ?? submissionId;
      firstByPath.set(path, first);
      return first;
    },

    async bookmark(name) {
      return copyOf(bookmarks.get(name));
    },

    async setBookmark(name, bookmark) {
      bookmarks.set(name, copyOf(bookmark));
    },
  };
}
