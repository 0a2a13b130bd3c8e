import type { EndedJob, InvocationType, Job, Outcome, PendingJob, QueueEntry } from "./job/job.ts";
import type { BedrockStatus, EndedStatus, RunningStatus } from "./job/status.ts";
import type { Block, BlockKind, Lane } from "./lane/lane.ts";
import type { CommittedPlan, Counts, Problem, Submission, SubmissionFacts } from "./submission/submission.ts";

/** A page of something, and where the next one begins. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  cursor?: string;
}

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
  /** `Open → Done`, if no job of it is open. */
  finishSubmission(submissionId: string): Promise<void>;
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

/** What Bedrock is asked to create. Keys are relative to the stage's bucket. */
export interface CreateRequest {
  jobName: string;
  /** The same request always has the same token. */
  clientRequestToken: string;
  modelId: string;
  invocation: InvocationType;
  timeoutHours?: number;
  inputKey: string;
  outputPrefix: string;
}

/** What Bedrock answered; the message is for people and says what to do. */
export type CreateAnswer =
  | { kind: "created"; arn: string }
  | {
      kind:
        | "quotaExceeded"
        | "throttled"
        /** The name is taken. */
        | "conflict"
        /** ValidationException or ResourceNotFoundException. */
        | "invalid"
        | "denied"
        /** Network, timeout or 5xx: it may or may not have been created. */
        | "unknown"
        /** An error with a name that we do not know. */
        | "odd";
      message: string;
    };

/** A job as Bedrock reports it. Times are epoch milliseconds. */
export interface BedrockJob {
  arn: string;
  jobName: string;
  modelId: string;
  status: BedrockStatus;
  message?: string;
  /** The key of the input in the stage's bucket; absent if it lies elsewhere. */
  inputKey?: string;
  submittedAt?: number;
  endedAt?: number;
  totalRecords?: number;
  processedRecords?: number;
  successRecords?: number;
  errorRecords?: number;
}

/** Bedrock's batch operations, each one attempt. All but `create` throw on a fault. */
export interface BatchService {
  create(request: CreateRequest): Promise<CreateAnswer>;
  get(arn: string): Promise<BedrockJob | undefined>;
  /** The job of exactly this name; undefined if the listing does not have it (yet). */
  findByName(jobName: string): Promise<BedrockJob | undefined>;
  /**
   * A page of up to 1,000 jobs, the newest first, whose names contain `nameContains` and that were submitted after
   * `since` (epoch milliseconds).
   */
  list(nameContains: string, since: number, cursor?: string): Promise<Page<BedrockJob>>;
}

export interface ObjectHead {
  key: string;
  sizeBytes: number;
  etag: string;
  /** Epoch milliseconds. */
  lastModified: number;
  /** The user's own metadata, names in lower case. Listings do not carry it. */
  metadata: Readonly<Record<string, string>>;
}

/** Bytes `[start, end)` of an object; the whole of it where they are left out. */
export interface Piece {
  key: string;
  /** With it, the piece is only taken if the object still is this one: otherwise `ObjectChanged` is thrown. */
  etag?: string;
  start?: number;
  end?: number;
}

/** Writes one object from front to back. Nothing is visible under the key before `close` returns. */
export interface ObjectWriter {
  /** Takes the bytes (they must not be changed afterwards); waits while too many are under way. */
  write(bytes: Uint8Array): Promise<void>;
  /** Finishes the object; an object of no bytes is an object too. */
  close(): Promise<void>;
  /** Drops what was written; never throws. */
  abort(): Promise<void>;
}

/** The stage's bucket. Keys are S3 keys, of up to 1,024 bytes of UTF-8. */
export interface ObjectStore {
  readonly bucket: string;
  head(key: string): Promise<ObjectHead | undefined>;
  /** The bytes of a piece as a stream. Throws `ObjectMissing`, or `ObjectChanged` where the etag no longer fits. */
  read(piece: Piece): AsyncIterable<Uint8Array>;
  writer(key: string, contentType?: string): ObjectWriter;
  /**
   * Joins pieces into one object, on the server side where the service can. Pieces may be empty; no pieces make an
   * empty object. Throws `ObjectMissing` or `ObjectChanged` for a piece that is not there as asked.
   */
  compose(key: string, pieces: readonly Piece[], contentType?: string): Promise<void>;
  /** Keys below a prefix in UTF-8 byte order, up to 1,000 a page. */
  list(prefix: string, cursor?: string): Promise<Page<ObjectHead>>;
  /** Deletes these objects; one that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

/** The queues between the moves. Delivery is at least once; a message may come later than asked, never earlier. */
export interface Messages {
  /** Refill this lane at that time (epoch milliseconds). */
  wake(lane: string, at: number): Promise<void>;
  /** Collect this job at that time (epoch milliseconds). */
  collect(jobId: string, at: number): Promise<void>;
  /** Plan this object now. */
  plan(key: string): Promise<void>;
}

/** The account's quotas. */
export interface Quotas {
  /** A quota's value now; undefined if there is none of this code. Throws where it cannot be read. */
  limitOf(quotaCode: string): Promise<number | undefined>;
}

/** Epoch milliseconds. */
export interface Clock {
  now(): number;
}

/** Names that nobody else draws. */
export interface Ids {
  /** A name for one run of a move: letters and digits, unique. */
  run(): string;
}

/** One thing that happened. Never anything of what is inside a record. */
export interface LogEntry {
  level: "info" | "warn" | "error";
  /** A fixed name in lower camel case, such as `jobSubmitted`. */
  event: string;
  lane?: string;
  jobId?: string;
  submissionId?: string;
  key?: string;
  status?: string;
  /** In words: what happened and what to do. */
  message?: string;
  count?: number;
}
export type Log = (entry: LogEntry) => void;
