import { hasEnded, type Jobs, type NextStatus, rankOf } from "@sluice/core";
import { all, any } from "../clauses.ts";
import type { JobEntity } from "../entities/job.ts";
import { claimNames, jobOfRow } from "../rows/job-row.ts";

type JobOperations = Omit<Jobs, "ofSubmission" | "uncollected">;

const PENDING = rankOf("Pending");
const CLAIMED = rankOf("Claimed");
const ENDED = rankOf("Completed");

/** The operations on single jobs; `expiresAt` is when a job may be deleted whose submission has ended now, in epoch seconds. */
export function jobOperations(jobs: JobEntity, expiresAt: () => number | undefined): JobOperations {
  return {
    async put(job) {
      const { rejected } = await jobs
        .create({ ...job, statusRank: PENDING, uncollected: false })
        .go({ response: "none", returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async get(jobId) {
      const { data } = await jobs.get({ jobId }).go({ consistent: true });
      return data === null ? undefined : jobOfRow(data);
    },

    async takeClaim(jobId, owner, now, leaseUntil, latest) {
      const { rejected, data } = await jobs
        .patch({ jobId })
        .set({ status: "Claimed", statusRank: CLAIMED, owner, leaseUntil, doubtSince: now })
        .add({ calls: 1, oddAnswers: 0 })
        .remove(["absentSince"])
        .data(({ claimedAt }, { ifNotExists }) => {
          ifNotExists(claimedAt, now);
        })
        .where((job, { eq, lte, gt }) => {
          const isPending = eq(job.statusRank, PENDING);
          const isClaimed = eq(job.statusRank, CLAIMED);
          const leaseIsOver = all(isClaimed, lte(job.leaseUntil, now));
          const leaseIsNoRightClocks = all(isClaimed, gt(job.leaseUntil, latest));
          return any(isPending, leaseIsOver, leaseIsNoRightClocks);
        })
        .go({ response: "all_old", returnOnConditionCheckFailure: true });
      return rejected ? undefined : jobOfRow(data);
    },

    async yieldClaim(jobId, owner, { leaseUntil, doubtSince, absentSince, odd }) {
      // Nobody's: a repeat of this call, and the run that gave it back, must not pass for the owner.
      const yielded = jobs
        .patch({ jobId })
        .set({ owner: "", leaseUntil })
        .add({ oddAnswers: odd ? 1 : 0 });
      const doubted = doubtSince === undefined ? yielded.remove(["doubtSince"]) : yielded.set({ doubtSince });
      const looked = absentSince === undefined ? doubted.remove(["absentSince"]) : doubted.set({ absentSince });
      const { rejected } = await looked
        .where((job, { eq }) => {
          const isClaimed = eq(job.statusRank, CLAIMED);
          const stillTheOwners = eq(job.owner, owner);
          return all(isClaimed, stillTheOwners);
        })
        .go({ returnOnConditionCheckFailure: true });
      return !rejected;
    },

    async moveTo(jobId, lane) {
      await jobs.patch({ jobId }).set({ lane }).go({ returnOnConditionCheckFailure: true });
    },

    async bringForward(jobId, to) {
      const { rejected, data } = await jobs
        .patch({ jobId })
        .set(changesOf(to))
        .remove([...claimNames])
        .data(({ arn }, { ifNotExists }) => {
          if (to.arn !== undefined) ifNotExists(arn, to.arn);
        })
        .where(({ statusRank, arn, owner }, { lt, eq, notExists }) => {
          const isForward = lt(statusRank, rankOf(to.status));
          const hasNoArn = to.knownArn ? [] : [notExists(arn)];
          const hasThisArn = to.arn === undefined ? [] : [eq(arn, to.arn)];
          const isItsOwner = "owner" in to && to.owner !== undefined ? [eq(owner, to.owner)] : [];
          return all(isForward, any(...hasNoArn, ...hasThisArn), ...isItsOwner);
        })
        .go({ response: "all_new", returnOnConditionCheckFailure: true });
      return rejected ? undefined : jobOfRow(data);
    },

    async recordOutcome(jobId, outcome) {
      await jobs
        .patch({ jobId })
        .set({ outcome: { ...outcome } })
        .where((job, { eq }) => {
          const hasEnded = eq(job.statusRank, ENDED);
          const isNotDone = eq(job.done, false);
          return all(hasEnded, isNotDone);
        })
        .go({ returnOnConditionCheckFailure: true });
    },

    async markDone(jobId, submissionHasEnded) {
      const expiry = submissionHasEnded ? expiresAt() : undefined;
      await jobs
        .patch({ jobId })
        .set({ done: true, uncollected: false })
        .data(({ expiresAt }, { ifNotExists }) => {
          if (expiry !== undefined) ifNotExists(expiresAt, expiry);
        })
        .where((job, { eq }) => eq(job.statusRank, ENDED))
        .go({ returnOnConditionCheckFailure: true });
    },
  };
}

/** The attributes that a next status sets, apart from the ARN, which is only stored if it is missing. */
function changesOf(to: NextStatus) {
  const { status } = to;
  const changes = { status, statusRank: rankOf(status) };
  if (!("at" in to)) return changes;
  const { at: endedAt, message } = to;
  return { ...changes, endedAt, done: false, uncollected: hasEnded(status), ...(message !== undefined && { message }) };
}
