import type { EndedJob, Job, Outcome, PendingJob, QueueEntry } from "../job/job.ts";
import type { EndedStatus, RunningStatus } from "../job/status.ts";
import type { Block, BlockKind, Lane } from "../lane/lane.ts";
import type { Problem } from "../problem.ts";
import type { CommittedPlan, Counts, Submission, SubmissionFacts } from "../submission/submission.ts";
import type { Page } from "./page.ts";

/** A step forward in a job's life. */
export type JobMove =
  | { status: RunningStatus; arn: string }
  | {
      status: EndedStatus;
      arn?: string;
      at: number;
      message?: string;
      /** Only while this run has the claim: nobody else can have asked Bedrock meanwhile. */
      owner?: string;
    };

/** What the end of a job says about its lane. */
export type ReleaseOutcome =
  /** Failed with nothing processed: one more in the lane's row. */
  | "failure"
  /** Something was processed: the row begins anew. */
  | "success"
  /** Stopped, expired or gone: says nothing. */
  | "neutral";

/**
 * The table. Reads of single items, lanes and queues are strongly consistent; pages over many items only find work.
 * A lost race is a value (false or undefined), never an exception; it may also mean that an earlier try of our own
 * succeeded and only its answer was lost: read, then decide. Faults of the store itself are thrown.
 */
export interface JobStore {
  lane(lane: string): Promise<Lane | undefined>;
  /** Every lane there is; the settings bound their number. */
  lanes(): Promise<Lane[]>;
  /** Sets the lane's limit, making the lane if it is new. */
  setLimit(lane: string, limit: number): Promise<Lane>;
  /**
   * Adds the job to `holders` and `claiming`, if it does not hold a slot, the lane has room, `limit > 0`, the lane is
   * not blocked at `now`, and a lane with three failures in a row has no holder at all.
   */
  claimSlot(lane: string, jobId: string, now: number): Promise<boolean>;
  /** Takes the job out of `claiming`: its ARN is stored. */
  finishClaiming(lane: string, jobId: string): Promise<void>;
  /** Takes the job out of `holders` and `claiming`; the lane as it is then, or undefined if the job held no slot. */
  releaseSlot(lane: string, jobId: string, outcome: ReleaseOutcome): Promise<Lane | undefined>;
  blockLane(lane: string, block: Block): Promise<void>;
  /** Lifts the lane's block if it is of one of these kinds. */
  liftBlock(lane: string, kinds: readonly BlockKind[]): Promise<boolean>;
  /** Sets `listedAt` to `now` if it still is `seen`: of several that would list, one does. */
  winListing(lane: string, seen: number, now: number): Promise<boolean>;
  /** Sets `missedAt`: an end was found that no event had told. */
  noteMissed(lane: string, at: number): Promise<void>;

  /** Puts an entry; putting it again changes nothing. */
  enqueue(entry: QueueEntry): Promise<void>;
  /** The first entries in order of rank, then job id; with `after`, those behind that entry. */
  queueHead(lane: string, limit: number, after?: QueueEntry): Promise<QueueEntry[]>;
  dropEntry(entry: QueueEntry): Promise<void>;
  /** How many entries wait, counted up to `atMost`. */
  queueLength(lane: string, atMost: number): Promise<number>;

  /** Puts a job if there is none of its id. */
  putJob(job: PendingJob): Promise<boolean>;
  job(jobId: string): Promise<Job | undefined>;
  /** The jobs of a submission, in order of id; eventually consistent. */
  jobsOf(submissionId: string, limit: number, cursor?: string): Promise<Page<Job>>;
  /**
   * `Pending → Claimed`, or takes over a claim whose lease is over at `now`: owner, lease, one more call, and the
   * doubt that this call brings (`doubtSince = now`). Answers the job as it was before, or undefined if refused.
   */
  takeClaim(jobId: string, owner: string, now: number, leaseUntil: number): Promise<Job | undefined>;
  /**
   * Gives the claim back, if it is still the owner's: the call was answered. `doubtSince` is what was unknown before
   * it (absent: nothing), `odd` adds one to `oddAnswers`, and `leaseUntil` says from when on others may ask.
   */
  yieldClaim(
    jobId: string,
    owner: string,
    left: { leaseUntil: number; doubtSince?: number; odd: boolean },
  ): Promise<boolean>;
  /**
   * Moves a job forward, and stores the ARN if it has none; the job as it is then, or undefined if it is further on. An
   * end without an ARN is refused to a job that has one: what Bedrock has, only Bedrock ends.
   */
  moveJob(jobId: string, to: JobMove): Promise<Job | undefined>;
  /** Stores what collect learned of an ended, unsettled job; storing it again changes nothing. */
  recordOutcome(jobId: string, outcome: Outcome): Promise<void>;
  /** Marks an ended job as settled: no sweep looks at it again. */
  settleJob(jobId: string): Promise<void>;
  /** Jobs that ended and are not settled; eventually consistent. */
  uncollected(limit: number, cursor?: string): Promise<Page<EndedJob>>;

  /** Puts a submission in Planning if there is none of its id; the one that is there then. */
  putSubmission(facts: SubmissionFacts): Promise<Submission>;
  submission(submissionId: string): Promise<Submission | undefined>;
  /** All submissions, newest first; eventually consistent. */
  submissions(limit: number, cursor?: string): Promise<Page<Submission>>;
  /** Those in Planning or Open, oldest first; eventually consistent. */
  unsettledSubmissions(limit: number, cursor?: string): Promise<Page<Submission>>;
  /** Sets plan, counts and open jobs, if the submission is Planning and has no plan; the submission as it is then. */
  commitPlan(
    submissionId: string,
    plan: CommittedPlan,
    counts: Counts,
    openJobs: readonly string[],
  ): Promise<Submission>;
  /** `Planning → Open`, if it has a plan. */
  openSubmission(submissionId: string): Promise<void>;
  /** `Planning → Refused`, if it has no plan; false if it has moved on. */
  refuseSubmission(submissionId: string, problem: Problem, counts: Counts): Promise<boolean>;
  /** Takes the job out of `openJobs` and adds its counts, once; the submission as it is then. */
  settlePart(submissionId: string, jobId: string, settled: { results: number; errors: number }): Promise<Submission>;
  /** `Open → Done`, if no job of it is open; of several that would, one is answered true. */
  finishSubmission(submissionId: string): Promise<boolean>;
  /** The submission whose results lie at the plain path of this key: the first that asks, for ever. */
  claimPath(bucket: string, key: string, submissionId: string): Promise<string>;

  /** Where a bounded pass over many things stopped. */
  bookmark(name: string): Promise<Bookmark | undefined>;
  setBookmark(name: string, bookmark: Bookmark): Promise<void>;
}

export interface Bookmark {
  /** When the pass began, in epoch milliseconds. */
  startedAt: number;
  /** Where it goes on; absent once it is through. */
  cursor?: string;
}
