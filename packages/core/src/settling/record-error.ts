import type { EndedJob } from "../job/job.ts";
import type { EndedStatus } from "../job/status.ts";
import { ERROR_MEMBERS } from "../records/check.ts";
import { withLastMember, withoutMembers } from "../records/splice.ts";

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

/** Bedrock takes no job of fewer records than its minimum, so a file of one line may be refused. */
const COMPANY = "A dropped file needs as many records as its lane's minRecords.";
const AGAIN = `Drop this line again as it is. ${COMPANY}`;

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
  const message = `${subject} ${happened}${because}. ${next} ${COMPANY}`;
  return { code: CODE_OF_END[job.status], message, source: "job" };
}

/** The error of a record whose output cannot be read. */
export function unreadableAnswer(job: EndedJob): RecordError {
  const message =
    `Bedrock's output has a line for this record that cannot be read: it is no JSON object in UTF-8, or longer than ` +
    `100 MB. It stands in garbled.txt beside the results as job ${job.jobId} left it. ${AGAIN}`;
  return { code: "UnreadableAnswer", message, source: "model" };
}

/** The error of a record of which nothing is known any more but that it was there. */
export function recordLost({ jobId, inputKey }: EndedJob): RecordError {
  const message =
    `The prepared input ${inputKey} of job ${jobId} was deleted or replaced before its records were settled, the ` +
    "dropped file is no longer the one that was planned, and Bedrock's output has no line of this record, so that " +
    "nobody knows what it was. Drop it again from your own copy.";
  return { code: "RecordLost", message, source: "job" };
}

/**
 * The error of a record that the model refused. The message is Bedrock's own, whatever the shape of it: a string, or an
 * object that calls its words `errorMessage` or `message` and its code `errorCode`, `code` or `type`, perhaps within
 * another one's `error`.
 *
 * @param error what stands in the record's output in place of an answer
 */
export function modelError(error: unknown): RecordError {
  const { code, words } = wordsOf(error);
  const status = statusOf(code);
  const name = status === undefined && typeof code === "string" && code !== "" ? code : undefined;
  const message =
    words ?? name ?? `Bedrock answered this record with neither a modelOutput nor an error message. ${AGAIN}`;
  return {
    code: "ModelError",
    message: name === undefined || message.includes(name) ? message : `${name}: ${message}`,
    source: "model",
    ...(status !== undefined && { status }),
  };
}

/**
 * The input line with its error in it, every other byte unchanged, so that it can be dropped again as it is. The new
 * members stand last, and once: the error of an earlier drop of the same line goes.
 */
export function errorLine(inputLine: Uint8Array, jobId: string, error: RecordError): Uint8Array {
  const line = withoutMembers(inputLine, ERROR_MEMBERS);
  return withLastMember(line, `"error":${JSON.stringify(error)},"jobId":${JSON.stringify(jobId)}`);
}

function wordsOf(error: unknown): { code?: unknown; words?: string } {
  if (typeof error === "string") return error === "" ? {} : { words: error };
  if (typeof error !== "object" || error === null) return {};
  const { errorCode, code, type, errorMessage, message, error: inner }: Partial<Record<string, unknown>> = error;
  if (inner !== undefined && inner !== null) return wordsOf(inner);
  const known = { code: errorCode ?? code ?? type };
  const told = errorMessage ?? message;
  if (typeof told === "string" && told !== "") return { ...known, words: told };
  const isOfNoKnownShape = told === undefined && known.code === undefined && Object.keys(error).length > 0;
  // All of it is better than nothing.
  return isOfNoKnownShape ? { words: JSON.stringify(error) } : known;
}

/** An HTTP status, as a number or written as one. */
function statusOf(code: unknown): number | undefined {
  const status = typeof code === "string" && /^\d{3}$/.test(code) ? Number(code) : code;
  return typeof status === "number" ? status : undefined;
}
