import type { EndedJob } from "../job/job.ts";
import type { EndedStatus } from "../job/status.ts";
import { withLastMember } from "../records/splice.ts";

/** Why a record has no result. */
export interface RecordError {
  /** A short name in CamelCase. */
  code: string;
  /** What happened, to what, and what to do next. */
  message: string;
  /** Who refused it: the model looked at the record, or its job ended without an output of it. */
  source: "model" | "job";
  /** Bedrock's `errorCode`, an HTTP status. */
  status?: number;
}

const CODE_OF_END: Record<EndedStatus, string> = {
  Completed: "NotProcessed",
  PartiallyCompleted: "NotProcessed",
  Failed: "JobFailed",
  Expired: "JobExpired",
  Stopped: "JobStopped",
};

const WORDS_OF_END: Record<EndedStatus, { happened: string; next: string }> = {
  Completed: { happened: "completed without an answer to this record", next: "Drop this line again as it is." },
  PartiallyCompleted: {
    happened: "ran out of time before it came to this record",
    next: "Drop this line again as it is.",
  },
  Failed: { happened: "failed", next: "Mend the cause, then drop this line again as it is." },
  Expired: {
    happened: "expired before it came to this record",
    next: "Drop this line again as it is, with a longer timeoutHours on its route if Bedrock is that busy.",
  },
  Stopped: {
    happened: "was stopped before it came to this record",
    next: "Drop this line again as it is if it is still wanted.",
  },
};

/** The error of the records of which a job has no output. */
export function jobError(job: EndedJob): RecordError {
  const { happened, next } = WORDS_OF_END[job.status];
  const subject =
    job.arn === undefined ? `Job ${job.jobId}, which never reached Bedrock,` : `Job ${job.jobId} (${job.arn})`;
  const reason = job.message?.trim().replace(/[.\s]+$/, "") ?? "";
  const because = reason === "" ? "" : `: ${reason}`;
  return { code: CODE_OF_END[job.status], message: `${subject} ${happened}${because}. ${next}`, source: "job" };
}

/**
 * The error of a record that the model refused: `{"error": {"errorCode": 400, "errorMessage": "…"}}` in its output
 * line. The message is Bedrock's own.
 *
 * @param error the line's `error` member, whatever it is
 */
export function modelError(error: unknown): RecordError {
  const { errorCode, errorMessage } = membersOf(error);
  const message =
    typeof errorMessage === "string" && errorMessage !== ""
      ? errorMessage
      : "Bedrock answered this record with neither a modelOutput nor an error message. Drop this line again as it is.";
  return {
    code: "ModelError",
    message,
    source: "model",
    ...(typeof errorCode === "number" ? { status: errorCode } : {}),
  };
}

/**
 * The input line with its error in it, every other byte unchanged, so that it can be dropped again as it is. The new
 * members stand last: a line that was dropped with an earlier error in it shows the newest to whoever parses it.
 */
export function errorLine(inputLine: Uint8Array, jobId: string, error: RecordError): Uint8Array {
  return withLastMember(inputLine, `"error":${JSON.stringify(error)},"jobId":${JSON.stringify(jobId)}`);
}

function membersOf(value: unknown): { errorCode?: unknown; errorMessage?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}
