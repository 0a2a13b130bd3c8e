import {
  checkOpenJobs,
  isUnfinished,
  type Submission,
  type SubmissionEvent,
  SubmissionMissing,
  type Submissions,
  submissionTransition,
} from "@sluice/core";
import { Rows } from "./store-rows.ts";

/** The submissions in memory; their rules are the core's. */
export function memorySubmissions(stored: Map<string, Submission>, firstByPath: Map<string, string>): Submissions {
  const rows = new Rows<Submission, SubmissionEvent>(stored, submissionTransition);

  /** The submission as it is then; one that was never put is an error. */
  function told(submissionId: string, event: SubmissionEvent): Submission {
    const submission = rows.apply(submissionId, event) ?? rows.get(submissionId);
    if (submission === undefined) throw new SubmissionMissing(submissionId);
    return submission;
  }

  return {
    put: async (facts) => told(facts.submissionId, { kind: "put", facts }),
    get: async (submissionId) => rows.get(submissionId),
    newest: async (limit, cursor) => rows.page("descending", limit, cursor),
    unfinished: async (limit, cursor) =>
      rows.page("ascending", limit, cursor, (one): one is Submission => isUnfinished(one)),
    async commitPlan(submissionId, plan, counts, openJobs) {
      checkOpenJobs(submissionId, openJobs);
      return told(submissionId, { kind: "commitPlan", plan, counts, openJobs });
    },
    open: async (submissionId) => rows.apply(submissionId, { kind: "open" }) !== undefined,
    refuse: async (submissionId, problem, counts, run) =>
      rows.apply(submissionId, { kind: "refuse", problem, counts, ...(run !== undefined && { run }) }) !== undefined,
    settleSlice: async (submissionId, jobId, settled) => told(submissionId, { kind: "settleSlice", jobId, settled }),
    async chooseFolder(submissionId, folder) {
      return told(submissionId, { kind: "chooseFolder", folder }).folder ?? folder;
    },
    finish: async (submissionId) => rows.apply(submissionId, { kind: "finish" }) !== undefined,
    takeOver: async (submissionId, end) => rows.apply(submissionId, { kind: "takeOver", end }),

    async claimPath(bucket, key, submissionId) {
      const path = JSON.stringify([bucket, key]);
      const first = firstByPath.get(path) ?? submissionId;
      firstByPath.set(path, first);
      return first;
    },
  };
}
