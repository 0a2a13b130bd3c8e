import type { Claim, ClaimedJob, PendingJob } from "../job/job.ts";

/** How a run left a claimed job. */
export type Finished =
  /** Its ARN is stored, or asking goes on later: go on with the next. */
  | "done"
  /** Its slot was given back: the lane must be read again before anything else is claimed. */
  | "released"
  /** The lane is blocked now: claim nothing more. */
  | "blocked";

/** One refill: its name, what it has tried, for it asks for each job once at most, and what of it failed. */
export interface Run {
  owner: string;
  tried: Set<string>;
  failures: unknown[];
}

/** A job that this run has taken, and what was known of it before. */
export interface Taken {
  job: PendingJob | ClaimedJob;
  /** What earlier calls left unknown; empty if every one was answered. */
  doubt: Doubt;
  oddAnswers: number;
  leaseUntil: number;
  /** How long it takes until a look-up can prove that no earlier call created the job; 0 if this run's proved it. */
  proofInMs: number;
}
type Doubt = Pick<Claim, "doubtSince" | "absentSince">;
