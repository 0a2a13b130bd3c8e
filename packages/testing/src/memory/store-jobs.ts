import {
  type Claim,
  type EndedJob,
  hasEnded,
  type Job,
  type JobFacts,
  type JobStore,
  movesForward,
} from "@sluice/core";
import { copyOf, pageOf } from "./store-rows.ts";

type JobOperations = Pick<
  JobStore,
  "putJob" | "job" | "jobsOf" | "takeClaim" | "yieldClaim" | "moveJob" | "recordOutcome" | "settleJob" | "uncollected"
>;

/** What a job is made of, without anything of the status that it is in. */
function factsOf(job: Job): JobFacts {
  const { jobId, submissionId, part, lane, modelId, invocation, timeoutHours, inputEtag } = job;
  const { inputKey, inputBytes, recordCount, outputPrefix, rank, enqueuedAt } = job;
  const facts = { jobId, submissionId, part, lane, modelId, invocation, inputKey, inputBytes };
  const rest = { recordCount, outputPrefix, rank, enqueuedAt };
  return {
    ...facts,
    ...rest,
    ...(timeoutHours !== undefined && { timeoutHours }),
    ...(inputEtag !== undefined && { inputEtag }),
  };
}

const isEnded = (job: Job | undefined): job is EndedJob => job !== undefined && hasEnded(job.status);

/** The claim that a run takes over, or undefined if it may not. */
function nextClaim(job: Job, owner: string, now: number, leaseUntil: number): Claim | undefined {
  const taken = { owner, leaseUntil, doubtSince: now };
  if (job.status === "Pending") return { ...taken, calls: 1, claimedAt: now, oddAnswers: 0 };
  if (job.status !== "Claimed" || job.claim.leaseUntil > now) return undefined;
  return { ...job.claim, ...taken, calls: job.claim.calls + 1 };
}

/** The operations on jobs, over rows of their own. None of them waits, so each is atomic. */
export function jobOperations(): JobOperations {
  const rows = new Map<string, Job>();

  return {
    async putJob(job) {
      if (rows.has(job.jobId)) return false;
      rows.set(job.jobId, copyOf(job));
      return true;
    },

    async job(jobId) {
      return copyOf(rows.get(jobId));
    },

    async jobsOf(submissionId, limit, cursor) {
      const ofIt = [...rows].filter(([, job]) => job.submissionId === submissionId);
      return pageOf(ofIt, "ascending", limit, cursor);
    },

    async takeClaim(jobId, owner, now, leaseUntil) {
      const before = rows.get(jobId);
      const claim = before && nextClaim(before, owner, now, leaseUntil);
      if (before === undefined || claim === undefined) return undefined;
      rows.set(jobId, { ...factsOf(before), status: "Claimed", claim });
      return copyOf(before);
    },

    async yieldClaim(jobId, owner, { leaseUntil, doubtSince, odd }) {
      const job = rows.get(jobId);
      if (job?.status !== "Claimed" || job.claim.owner !== owner) return false;
      const { calls, claimedAt, oddAnswers } = job.claim;
      // Nobody's: a repeat of this call, and the run that gave it back, must not pass for the owner.
      const claim: Claim = { owner: "", leaseUntil, calls, claimedAt, oddAnswers: oddAnswers + (odd ? 1 : 0) };
      if (doubtSince !== undefined) claim.doubtSince = doubtSince;
      rows.set(jobId, { ...job, claim });
      return true;
    },

    async moveJob(jobId, to) {
      const job = rows.get(jobId);
      if (job === undefined || !movesForward(job.status, to.status)) return undefined;
      const arn = "arn" in job ? (job.arn ?? to.arn) : to.arn;
      if (to.arn === undefined && arn !== undefined) return undefined;
      const owner = job.status === "Claimed" ? job.claim.owner : undefined;
      if ("owner" in to && to.owner !== owner) return undefined;
      const moved = { ...factsOf(job), ...(arn !== undefined && { arn }) };
      if ("at" in to) {
        const { status, at: endedAt, message } = to;
        rows.set(jobId, { ...moved, status, endedAt, settled: false, ...(message !== undefined && { message }) });
      } else {
        rows.set(jobId, { ...moved, status: to.status, arn: arn ?? to.arn });
      }
      return copyOf(rows.get(jobId));
    },

    async recordOutcome(jobId, outcome) {
      const job = rows.get(jobId);
      if (isEnded(job) && !job.settled) rows.set(jobId, { ...job, outcome: copyOf(outcome) });
    },

    async settleJob(jobId) {
      const job = rows.get(jobId);
      if (isEnded(job)) rows.set(jobId, { ...job, settled: true });
    },

    async uncollected(limit, cursor) {
      const waiting: [string, EndedJob][] = [];
      for (const [id, job] of rows) if (isEnded(job) && !job.settled) waiting.push([id, job]);
      return pageOf(waiting, "ascending", limit, cursor);
    },
  };
}
