import type { InvocationType } from "../model/invocation.ts";
import type { EndedStatus, RunningStatus } from "./status.ts";
import { hasEnded } from "./status.ts";

/** What a job is made of; it never changes after the plan, but for its lane. */
export interface JobFacts {
  jobId: string;
  submissionId: string;
  /** Which slice of the submission it carries, from 0. */
  slice: number;
  /** The lane that it was queued in, and then that in which it holds its slot. */
  lane: string;
  modelId: string;
  invocation: InvocationType;
  /** How long Bedrock may take; its own default where it is left out. */
  timeoutHours?: number;
  /** The prepared input: an object key that Bedrock accepts. */
  inputKey: string;
  /** What tells the prepared input from another object under its key; absent for a job of an earlier version. */
  inputEtag?: string;
  inputBytes: number;
  recordCount: number;
  /** How many records of nobody's fill it up to the least that Bedrock takes; absent where none do. */
  fillers?: number;
  /** A prefix that ends in "/"; Bedrock writes below it. */
  outputPrefix: string;
  /** Its place in the lane's queue: `enqueuedAt − priority × 6 h`, in epoch milliseconds. */
  rank: number;
  /** Epoch milliseconds. */
  enqueuedAt: number;
}

/** Who is asking Bedrock for a job, and what earlier askers left unknown. */
export interface Claim {
  /** The run that asks. */
  owner: string;
  /** Epoch milliseconds; after it another run may ask. It saves calls, safety does not rest on it. */
  leaseUntil: number;
  /** How many times a run set out to ask. */
  calls: number;
  /** When the job was first claimed, in epoch milliseconds. */
  claimedAt: number;
  /**
   * When the last call set out whose outcome nobody knows, in epoch milliseconds: that call may have created the job. It
   * is some instance's time, so nothing is reckoned from it.
   */
  doubtSince?: number;
  /** When a look-up after that call first found nothing, by Bedrock's clock, in epoch milliseconds. */
  absentSince?: number;
  /** How many answers were errors that we do not know. */
  oddAnswers: number;
}

/** What collect learned when it settled the job's records. Times are Bedrock's, in epoch milliseconds. */
export interface Outcome {
  results: number;
  errors: number;
  /** Bedrock's counts, where it reported them. */
  totalRecords?: number;
  processedRecords?: number;
  inputTokens?: number;
  outputTokens?: number;
  submittedAt?: number;
  endedAt?: number;
  /** How many outputs of the job belong to none of its records, and how many lines cannot be read; 0 if left out. */
  strayAnswers?: number;
  unreadableAnswers?: number;
  /** What the records that filled it up came to in tokens, which are among the others; absent where Bedrock did not tell. */
  fillerInputTokens?: number;
  fillerOutputTokens?: number;
  /** Why its output is not all there, where it was settled on what there was. */
  incomplete?: string;
}

export type PendingJob = JobFacts & { status: "Pending" };
export type ClaimedJob = JobFacts & { status: "Claimed"; claim: Claim };
export type RunningJob = JobFacts & { status: RunningStatus; arn: string };
export type EndedJob = JobFacts & {
  status: EndedStatus;
  /** Absent if Bedrock never had it. */
  arn?: string;
  /** When we learned of the end, in epoch milliseconds. */
  endedAt: number;
  /** Bedrock's words, or ours if it never got there. */
  message?: string;
  outcome?: Outcome;
  /** True once every record of it is in the settled files and its submission knows: nobody looks at the job again. */
  done: boolean;
};
export type Job = PendingJob | ClaimedJob | RunningJob | EndedJob;

/** A status that a job is brought forward to, and what comes with it. */
export type NextStatus =
  | { status: RunningStatus; arn: string; knownArn?: true }
  | {
      status: EndedStatus;
      arn?: string;
      /** Only if the job has this ARN already: nobody has looked yet whether what bears our name is ours. */
      knownArn?: true;
      /** When we learned of the end, in epoch milliseconds. */
      at: number;
      message?: string;
      /** Only while this run has the claim: nobody else can have asked Bedrock meanwhile. */
      owner?: string;
    };

/** What a run leaves of a claim that it gives back. */
export interface ClaimLeft {
  /** From when on others may ask, in epoch milliseconds. */
  leaseUntil: number;
  /** What was unknown before the call that was answered, in epoch milliseconds; absent: nothing. */
  doubtSince?: number;
  /** `Claim.absentSince`, of that doubt. */
  absentSince?: number;
  /** True if the call was answered with an error that we do not know. */
  odd: boolean;
}

/** True for a job that nothing brings further: only its records are left to settle. */
export function isEnded(job: Job): job is EndedJob {
  return hasEnded(job.status);
}

/** The job's ARN, if Bedrock has given it one that we know of. */
export function arnOf(job: Job): string | undefined {
  return "arn" in job ? job.arn : undefined;
}

/** An entry of a lane's queue. */
export interface QueueEntry {
  lane: string;
  rank: number;
  jobId: string;
  /** Absent in entries of earlier versions. */
  modelId?: string;
}
