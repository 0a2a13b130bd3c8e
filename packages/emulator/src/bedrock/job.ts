import type { EndedStatus, InvocationType } from "@sluice/core";

/** Every status that holds a slot. AWS does not say which of them count against the quota: all do. */
export const OPEN_STATUSES = ["Submitted", "Validating", "Scheduled", "InProgress", "Stopping"] as const;
/** The statuses that nothing leaves. */
export const ENDED_STATUSES = [
  "Completed",
  "PartiallyCompleted",
  "Failed",
  "Stopped",
  "Expired",
] as const satisfies readonly EndedStatus[];

/** A checked CreateModelInvocationJob request, with Bedrock's defaults filled in; the token stands apart. */
export interface JobRequest {
  readonly jobName: string;
  readonly roleArn: string;
  readonly modelId: string;
  readonly inputUri: string;
  readonly inputBucketOwner?: string;
  readonly outputUri: string;
  readonly outputKeyId?: string;
  readonly outputBucketOwner?: string;
  readonly vpcConfig?: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
  readonly timeoutHours: number;
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  readonly invocationType: InvocationType;
}

/** The four counts of Get and List; all 0 before the job begins. */
export interface RecordCounts {
  readonly total: number;
  readonly processed: number;
  readonly success: number;
  readonly error: number;
}

export const NO_RECORDS: RecordCounts = { total: 0, processed: 0, success: 0, error: 0 };

/** One input file, as Validating counted it. */
export interface CountedFile {
  readonly uri: string;
  readonly records: number;
}

interface BatchJobFacts {
  /** What follows the last / of the ARN: twelve lower-case letters and digits. */
  readonly jobId: string;
  /** Breaks ties of equal submit times in listings. */
  readonly sequence: number;
  readonly request: JobRequest;
  readonly clientRequestToken?: string;
  readonly submitTimeMs: number;
  readonly expiresAtMs: number;
  /** When the job came into its present status; with the status' delay it says when it leaves. */
  readonly statusSinceMs: number;
  readonly counts: RecordCounts;
}

/** Left by the clock; a crash changes nothing, the delay counts from `statusSinceMs`. */
export type SubmittedJob = BatchJobFacts & { readonly status: "Submitted" };
/** Left by the clock, after its input was looked at, as Scheduled or Failed; a crash begins the looking again. */
export type ValidatingJob = BatchJobFacts & { readonly status: "Validating" };
/** Left by the clock, or by its timeout as Expired. */
export type ScheduledJob = BatchJobFacts & { readonly status: "Scheduled"; readonly files: readonly CountedFile[] };
/** Left when its output is written; a crash begins the work again, from the first record. */
export type WorkingJob = BatchJobFacts & { readonly status: "InProgress"; readonly files: readonly CountedFile[] };
/**
 * Left by the clock, as Stopped. `unsealed` is there while the output of the records processed so far is not yet
 * written; after a crash it tells how far the work had come.
 */
export type StoppingJob = BatchJobFacts & {
  readonly status: "Stopping";
  readonly unsealed?: { readonly startedAtMs: number; readonly files: readonly CountedFile[] };
};
/** Nothing leaves it. Its output was whole before it was written down. */
export type EndedBatchJob = BatchJobFacts & {
  readonly status: EndedStatus;
  readonly endTimeMs: number;
  readonly message?: string;
};

export type OpenJob = SubmittedJob | ValidatingJob | ScheduledJob | WorkingJob | StoppingJob;
export type BatchJob = OpenJob | EndedBatchJob;

/** Whether the job has ended and so holds no slot. */
export function isEnded(job: BatchJob): job is EndedBatchJob {
  return (ENDED_STATUSES as readonly string[]).includes(job.status);
}

/** The facts that every status shares, without what belongs to one status only. */
function facts(job: BatchJob): BatchJobFacts {
  const { jobId, sequence, request, clientRequestToken, submitTimeMs, expiresAtMs, statusSinceMs, counts } = job;
  const token = clientRequestToken === undefined ? {} : { clientRequestToken };
  return { jobId, sequence, request, ...token, submitTimeMs, expiresAtMs, statusSinceMs, counts };
}

/** The job, begun to be validated. */
export function validating(job: SubmittedJob, nowMs: number): BatchJob {
  return { ...facts(job), status: "Validating", statusSinceMs: nowMs };
}

/** The job, validated. */
export function scheduled(job: ValidatingJob, files: readonly CountedFile[], nowMs: number): BatchJob {
  return { ...facts(job), status: "Scheduled", statusSinceMs: nowMs, files };
}

/** The job, begun: from here on the counts are there. */
export function working(job: ScheduledJob, nowMs: number): BatchJob {
  const total = job.files.reduce((sum, file) => sum + file.records, 0);
  return {
    ...facts(job),
    status: "InProgress",
    statusSinceMs: nowMs,
    files: job.files,
    counts: { ...NO_RECORDS, total },
  };
}

/** The job, asked to stop. */
export function stopping(job: OpenJob, nowMs: number): BatchJob {
  const unsealed =
    job.status === "InProgress" ? { unsealed: { startedAtMs: job.statusSinceMs, files: job.files } } : {};
  return { ...facts(job), status: "Stopping", statusSinceMs: nowMs, ...unsealed };
}

/** The stopping job whose partial output is written. */
export function sealed(job: StoppingJob, counts: RecordCounts): BatchJob {
  return { ...facts(job), status: "Stopping", counts };
}

/** The job, ended. */
export function ended(
  job: OpenJob,
  status: EndedStatus,
  nowMs: number,
  more: { readonly message?: string; readonly counts?: RecordCounts } = {},
): EndedBatchJob {
  const message = more.message === undefined ? {} : { message: more.message };
  const counts = more.counts ?? job.counts;
  return { ...facts(job), status, statusSinceMs: nowMs, endTimeMs: nowMs, counts, ...message };
}
