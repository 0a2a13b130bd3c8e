import { checkOpenJobs, type Submission, SubmissionMissing, type Submissions } from "@sluice/core";
import { all, any } from "../clauses.ts";
import type { SubmissionEntity } from "../entities/submission.ts";
import { submissionOfRow } from "../rows/submission-row.ts";

type SubmissionOperations = Omit<Submissions, "newest" | "unfinished" | "claimPath">;

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
    if (submission === undefined) throw new SubmissionMissing(submissionId);
    return submission;
  }

  /** What a submission is given when it ends: it leaves the sparse index, and may be deleted in time. */
  function through() {
    const expiry = expiresAt();
    return { unfinished: false, ...(expiry !== undefined && { expiresAt: expiry }) };
  }

  return {
    get: read,

    async put(facts) {
      const fresh = { status: "Planning", records: 0, results: 0, errors: 0, unfinished: true } as const;
      const { rejected, data } = await submissions
        .create({ ...facts, ...fresh })
        .go({ returnOnConditionCheckFailure: true });
      return rejected ? readExisting(facts.submissionId) : submissionOfRow(data);
    },

    async commitPlan(submissionId, plan, counts, openJobs) {
      checkOpenJobs(submissionId, openJobs);
      const { run, slices } = plan;
      const { records, results, errors } = counts;
      const { rejected, data } = await submissions
        .patch({ submissionId })
        .set({ plan: { run, parts: slices }, records, results, errors })
        .set(openJobs.length > 0 ? { openJobs: [...openJobs] } : {})
        .where(({ status, plan }, { eq, notExists }) => {
          const isPlanning = eq(status, "Planning");
          const notYetCommitted = notExists(plan);
          return all(isPlanning, notYetCommitted);
        })
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? readExisting(submissionId) : submissionOfRow(data);
    },

    async open(submissionId) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ status: "Open" })
        .where(({ status, plan }, { eq, exists }) => {
          const isPlanning = eq(status, "Planning");
          const isCommitted = exists(plan);
          return all(isPlanning, isCommitted);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async refuse(submissionId, problem, { records, results, errors }, run) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ status: "Refused", problem: { ...problem }, records, results, errors, ...through() })
        .remove(["plan", "openJobs"])
        .where(({ status, plan }, { eq, notExists }) => {
          const isPlanning = eq(status, "Planning");
          const notYetCommitted = notExists(plan);
          const isTheLostPlan = run === undefined ? [] : [eq(plan.run, run)];
          return all(isPlanning, any(notYetCommitted, ...isTheLostPlan));
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async settleSlice(submissionId, jobId, settled) {
      const { rejected, data } = await submissions
        .patch({ submissionId })
        .delete({ openJobs: [jobId] })
        .add({ results: settled.results, errors: settled.errors })
        .where(({ openJobs }, { contains }) => contains(openJobs, jobId))
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? readExisting(submissionId) : submissionOfRow(data);
    },

    async chooseFolder(submissionId, folder) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ folder })
        .where((submission, { notExists }) => notExists(submission.folder))
        .go({ returnOnConditionCheckFailure: true });
      return rejected ? ((await readExisting(submissionId)).folder ?? folder) : folder;
    },

    async takeOver(submissionId, { status, folder, counts, problem }) {
      const { rejected, data } = await submissions
        .patch({ submissionId })
        .set({ status, folder, ...counts, ...(problem !== undefined && { problem: { ...problem } }), ...through() })
        .remove(["openJobs"])
        .where((submission, { eq, notExists }) => {
          const isPlanning = eq(submission.status, "Planning");
          if (status === "Refused") return all(isPlanning, notExists(submission.plan));
          return any(isPlanning, eq(submission.status, "Open"));
        })
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? undefined : submissionOfRow(data);
    },

    async finish(submissionId) {
      const { rejected } = await submissions
        .patch({ submissionId })
        .set({ status: "Done", ...through() })
        .where(({ status, openJobs }, { eq, notExists }) => {
          const isOpen = eq(status, "Open");
          const noJobIsOpen = notExists(openJobs);
          return all(isOpen, noJobIsOpen);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },
  };
}
