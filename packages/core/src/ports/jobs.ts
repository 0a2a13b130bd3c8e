import type { ClaimLeft, EndedJob, Job, NextStatus, Outcome, PendingJob } from "../job/job.ts";
import type { Page } from "./page.ts";

/** The jobs. What is refused changes nothing; the rules are `jobTransition`'s. */
export interface Jobs {
  /** Puts a job if there is none of its id. */
  put(job: PendingJob): Promise<boolean>;
  /** Throws `ItemUnreadable` for an item that is none of ours, and so does whatever else gives a job. */
  get(jobId: string): Promise<Job | undefined>;
  /** The jobs of a submission, in order of id; eventually consistent. */
  ofSubmission(submissionId: string, limit: number, cursor?: string): Promise<Page<Job>>;
  /**
   * `Pending → Claimed`, or takes over a claim whose lease is over at `now`: owner, lease, one more call, and the
   * doubt that this call brings (`doubtSince = now`, and no `absentSince`). A lease that ends after `latest` is no right
   * clock's, so it is over too. The job as it was before, or undefined if refused.
   */
  takeClaim(jobId: string, owner: string, now: number, leaseUntil: number, latest: number): Promise<Job | undefined>;
  /** Gives the claim back, if it is still the owner's: the call was answered. */
  yieldClaim(jobId: string, owner: string, left: ClaimLeft): Promise<boolean>;
  /** Says in which lane the job waits or holds its slot. */
  moveTo(jobId: string, lane: string): Promise<void>;
  /**
   * Brings a job forward, and stores the ARN if it has none; the job as it is then, or undefined if it is further on. An
   * end without an ARN is refused to a job that has one: what Bedrock has, only Bedrock ends. Another ARN than the job's
   * is refused, and with `knownArn` every ARN to a job that has none.
   */
  bringForward(jobId: string, to: NextStatus): Promise<Job | undefined>;
  /** Stores what collect learned of an ended job that is not done with; storing it again changes nothing. */
  recordOutcome(jobId: string, outcome: Outcome): Promise<void>;
  /**
   * Marks an ended job as done with: no sweep looks at it again. Only once its submission has ended may the table forget
   * it, in time, for the submission's results are joined from its jobs; the first call that says so counts.
   */
  markDone(jobId: string, submissionHasEnded: boolean): Promise<void>;
  /** Jobs that ended and are not done with; eventually consistent. */
  uncollected(limit: number, cursor?: string): Promise<Page<EndedJob>>;
}
