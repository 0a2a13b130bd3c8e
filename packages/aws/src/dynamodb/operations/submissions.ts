import type { JobStore, Submission } from "@sluice/core";
import { all } from "../clauses.ts";
import type { SubmissionEntity } from "../entities/submission.ts";
import { submissionOfRow } from "../rows/submission-row.ts";

type SubmissionOperations = Pick<
  JobStore,
  | "putSubmission"
  | "submission"
  | "commitPlan"
  | "openSubmission"
  | "refuseSubmission"
  | "settlePart"
  | "finishSubmission"
>;

/** An item of DynamoDB ends at 400 KB; so many ids are about 60 KB, which each of their settlements writes again. */
const MAX_OPEN_JOBS = 2_000;

/** The operations on single submissions; `expiresAt` is when one that ends now may be deleted, in epoch seconds. */
export function submissionOperations(
  submissions: SubmissionEntity,
  expiresAt: () => number | undefined,
): SubmissionOperations {
  async function read(submissionId: string): Promise<Submission | undefined> {
    const { data } = await submissions.get({ submissionId }).go({ consistent: true });
    return data === null ? undefined : submissionOfRow(data);
  }

  async function readExisting(submissionId: string): Promise<Submission> {
    const submission = await read(submissionId);
    if (submission === undefined)
      throw new Error(`There is no submission ${submissionId} in the table. Put it before it is planned or settled.`);
    return submission;
  }

  /** What a submission is given when it ends: it leaves the sparse index, and may be deleted in time. */
  function through() {
    const expiry = expiresAt();
    return { unsettled: false, ...(expiry !== undefined && { expiresAt: expiry }) };
  }

  return {
    submission: read,

    async putSubmission(facts) {
      const fresh = { status: "Planning", records: 0, results: 0, errors: 0, unsettled: true } as const;
      const { rejected, data } = await submissions
        .create({ ...facts, ...fresh })
        .go({ returnOnConditionCheckFailure: true });
      return rejected ? readExisting(facts.submissionId) : submissionOfRow(data);
    },

    async commitPlan(submissionId, plan, counts, openJobs) {
      if (openJobs.length > MAX_OPEN_JOBS)
        throw new RangeError(
          `Submission ${submissionId} would have ${openJobs.length} jobs; ${MAX_OPEN_JOBS} is the most. Split its file.`,
        );
      const { records, results, errors } = counts;
      const { rejected, data } = await submissions
        .patch({ submissionId })
        .set({ plan: { ...plan }, records, results, errors, ...(openJobs.length > 0 && { openJobs: [...openJobs] }) })
        .where(({ status, plan }, { eq, notExists }) => {
          const isPlanning = eq(status, "Planning");
          const notYetCommitted = notExists(plan);
          return all(isPlanning, notYetCommitted);
        })
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? readExisting(submissionId) : submissionOfRow(data);
    },

    async openSubmission(submissionId) {
      await submissions
        .patch({ submissionId })
        .set({ status: "Open" })
        .where(({ status, plan }, { eq, exists }) => {
          const isPlanning = eq(status, "Planning");
          const isCommitted = exists(plan);
          return all(isPlanning, isCommitted);
        })
        .go({ returnOnConditionCheckFailure: true });
    },

    async refuseSubmission(submissionId, problem, { records, results, errors }) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ status: "Refused", problem: { ...problem }, records, results, errors, ...through() })
        .where(({ status, plan }, { eq, notExists }) => {
          const isPlanning = eq(status, "Planning");
          const notYetCommitted = notExists(plan);
          return all(isPlanning, notYetCommitted);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async settlePart(submissionId, jobId, settled) {
      const { rejected, data } = await submissions
        .patch({ submissionId })
        .delete({ openJobs: [jobId] })
        .add({ results: settled.results, errors: settled.errors })
        .where(({ openJobs }, { contains }) => contains(openJobs, jobId))
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? readExisting(submissionId) : submissionOfRow(data);
    },

    async finishSubmission(submissionId) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ status: "Done", ...through() })
        .where(({ status, openJobs }, { eq, notExists }) => {
          const isOpen = eq(status, "Open");
          const everyJobIsSettled = notExists(openJobs);
          return all(isOpen, everyJobIsSettled);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },
  };
}
