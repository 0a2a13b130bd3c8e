import type { ClaimedJob, ClaimLeft, Job, JobFacts, NextStatus, Outcome, PendingJob } from "../job/job.ts";
import { arnOf, isEnded } from "../job/job.ts";
import { isForward } from "../job/status.ts";
import type { Transition } from "./transition.ts";

/** What can happen to a job. Times are epoch milliseconds. */
export type JobEvent =
  | { kind: "put"; job: PendingJob }
  | { kind: "takeClaim"; owner: string; now: number; leaseUntil: number; latest: number }
  | { kind: "yieldClaim"; owner: string; left: ClaimLeft }
  | { kind: "moveTo"; lane: string }
  | { kind: "bringForward"; to: NextStatus }
  | { kind: "recordOutcome"; outcome: Outcome }
  | { kind: "markDone" };

type Refusal =
  /** There is none of this id. */
  | "noJob"
  /** It was put before. */
  | "exists"
  /** Another's lease runs. */
  | "leased"
  /** The claim is not this run's. */
  | "notOwner"
  /** Its status is further on. */
  | "furtherOn"
  /** Bedrock has it, so only Bedrock ends it. */
  | "hasArn"
  /** It has another ARN: what has this one is not ours. */
  | "otherArn"
  /** It has no ARN yet. */
  | "noArn"
  | "notEnded"
  | "done";

/** What an event makes of a job. */
export function jobTransition(job: Job | undefined, event: JobEvent): Transition<Job, Refusal> {
  if (event.kind === "put") return job === undefined ? { next: event.job } : { refused: "exists" };
  if (job === undefined) return { refused: "noJob" };
  switch (event.kind) {
    case "takeClaim":
      return takeClaim(job, event);
    case "yieldClaim":
      return yieldClaim(job, event.owner, event.left);
    case "moveTo":
      return { next: { ...job, lane: event.lane } };
    case "bringForward":
      return bringForward(job, event.to);
    case "recordOutcome":
      if (!isEnded(job)) return { refused: "notEnded" };
      return job.done ? { refused: "done" } : { next: { ...job, outcome: event.outcome } };
    case "markDone":
      return isEnded(job) ? { next: { ...job, done: true } } : { refused: "notEnded" };
  }
}

function takeClaim(job: Job, event: JobEvent & { kind: "takeClaim" }): Transition<Job, Refusal> {
  const { owner, now, leaseUntil, latest } = event;
  const taken = { owner, leaseUntil, doubtSince: now };
  if (job.status === "Pending") return claimed(job, { ...taken, calls: 1, claimedAt: now, oddAnswers: 0 });
  if (job.status !== "Claimed") return { refused: "furtherOn" };
  const { absentSince: _, ...claim } = job.claim;
  if (claim.leaseUntil > now && claim.leaseUntil <= latest) return { refused: "leased" };
  return claimed(job, { ...claim, ...taken, calls: claim.calls + 1 });
}

function yieldClaim(job: Job, owner: string, { odd, ...given }: ClaimLeft): Transition<Job, Refusal> {
  if (!isOwner(job, owner)) return { refused: "notOwner" };
  const { calls, claimedAt, oddAnswers } = job.claim;
  // Nobody's: a repeat of this call, and the run that gave it back, must not pass for the owner.
  return claimed(job, { owner: "", calls, claimedAt, oddAnswers: oddAnswers + (odd ? 1 : 0), ...given });
}

function bringForward(job: Job, to: NextStatus): Transition<Job, Refusal> {
  if (!isForward(job.status, to.status)) return { refused: "furtherOn" };
  const known = arnOf(job);
  if (known !== undefined && to.arn === undefined) return { refused: "hasArn" };
  if (known !== undefined && to.arn !== known) return { refused: "otherArn" };
  if (known === undefined && to.knownArn) return { refused: "noArn" };
  if (!("at" in to)) return { next: { ...factsOf(job), status: to.status, arn: known ?? to.arn } };
  const { status, at: endedAt, message, owner } = to;
  if (owner !== undefined && !isOwner(job, owner)) return { refused: "notOwner" };
  const arn = known ?? to.arn;
  const told = { ...(arn !== undefined && { arn }), ...(message !== undefined && { message }) };
  return { next: { ...factsOf(job), status, endedAt, done: false, ...told } };
}

function isOwner(job: Job, owner: string): job is ClaimedJob {
  return job.status === "Claimed" && job.claim.owner === owner;
}

function claimed(job: Job, claim: ClaimedJob["claim"]): { next: Job } {
  return { next: { ...factsOf(job), status: "Claimed", claim } };
}

/** What a job is made of, without anything of the status that it is in. */
function factsOf(job: Job): JobFacts {
  const { jobId, submissionId, slice, lane, modelId, invocation, timeoutHours, inputEtag, fillers } = job;
  const { inputKey, inputBytes, recordCount, outputPrefix, rank, enqueuedAt } = job;
  const facts = { jobId, submissionId, slice, lane, modelId, invocation, inputKey, inputBytes };
  const rest = { recordCount, outputPrefix, rank, enqueuedAt };
  return {
    ...facts,
    ...rest,
    ...(timeoutHours !== undefined && { timeoutHours }),
    ...(inputEtag !== undefined && { inputEtag }),
    ...(fillers !== undefined && { fillers }),
  };
}
