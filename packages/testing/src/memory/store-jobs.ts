import { type EndedJob, isEnded, type Job, type JobEvent, type Jobs, jobTransition } from "@sluice/core";
import { Rows } from "./store-rows.ts";

const isUncollected = (job: Job): job is EndedJob => isEnded(job) && !job.done;

/** The jobs in memory; their rules are the core's. */
export function memoryJobs(stored: Map<string, Job>): Jobs {
  const rows = new Rows<Job, JobEvent>(stored, jobTransition);
  const isDone = (jobId: string, event: JobEvent) => rows.apply(jobId, event) !== undefined;

  return {
    put: async (job) => isDone(job.jobId, { kind: "put", job }),
    get: async (jobId) => rows.get(jobId),
    ofSubmission: async (submissionId, limit, cursor) =>
      rows.page("ascending", limit, cursor, (job): job is Job => job.submissionId === submissionId),
    async takeClaim(jobId, owner, now, leaseUntil, latest) {
      const before = rows.get(jobId);
      return isDone(jobId, { kind: "takeClaim", owner, now, leaseUntil, latest }) ? before : undefined;
    },
    yieldClaim: async (jobId, owner, left) => isDone(jobId, { kind: "yieldClaim", owner, left }),
    moveTo: async (jobId, lane) => void rows.apply(jobId, { kind: "moveTo", lane }),
    bringForward: async (jobId, to) => rows.apply(jobId, { kind: "bringForward", to }),
    recordOutcome: async (jobId, outcome) => void rows.apply(jobId, { kind: "recordOutcome", outcome }),
    markDone: async (jobId) => void rows.apply(jobId, { kind: "markDone" }),
    uncollected: async (limit, cursor) => rows.page("ascending", limit, cursor, isUncollected),
  };
}
