import { hashOf } from "../ids.ts";

/** Where users drop their files. */
export const DROPS_PREFIX = "to-process/";
export const PROCESSED_PREFIX = "processed/";

/** S3 user guide, "Naming Amazon S3 objects": a key is at most 1,024 bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** The objects of a finished submission, below its prefix under `processed/`. */
export const RESULTS_NAME = "results.jsonl";
export const ERRORS_NAME = "errors.jsonl";
export const SUMMARY_NAME = "summary.json";
/** Answers of Bedrock's that belong to no record, and lines of it that cannot be read; only where there are any. */
export const STRAYS_NAME = "strays.jsonl";
export const GARBLED_NAME = "garbled.txt";

const ULID_CHARS = 26;
const SLICE_DIGITS = 5;
const HASH_DIGITS = 16;

/** What is left for a user's path, whichever of the two forms its prefix takes. */
const MAX_PATH_BYTES =
  MAX_KEY_BYTES -
  PROCESSED_PREFIX.length -
  "/".length -
  (ULID_CHARS + "/".length) -
  Math.max(...[RESULTS_NAME, ERRORS_NAME, SUMMARY_NAME, STRAYS_NAME, GARBLED_NAME].map((name) => name.length));

/** What the cut leaves behind: a path that looks like this by itself is hashed too, or it could meet a cut one. */
const LOOKS_CUT = /~[0-9a-f]{16}$/;

/** The folder of everything that the plan prepares for a submission. It is named `staging/`, as in earlier versions: work of theirs goes on. */
export function preparedPrefix(submissionId: string): string {
  return `staging/${submissionId}/`;
}

/** The folder of the settled lines of a submission. */
export function settledPrefix(submissionId: string): string {
  return `settled/${submissionId}/`;
}

/** The folder below which Bedrock writes for every job of a submission. */
export function submissionOutputPrefix(submissionId: string): string {
  return `output/${submissionId}/`;
}

/** Where Bedrock is asked to write for one job: `JobFacts.outputPrefix`. */
export function jobOutputPrefix(submissionId: string, jobId: string): string {
  return `${submissionOutputPrefix(submissionId)}${jobId}/`;
}

/** What stands for the prepared input of one slice where that is lost. */
export function rebuiltKey(submissionId: string, slice: number): string {
  return `${preparedPrefix(submissionId)}rebuilt/${String(slice).padStart(SLICE_DIGITS, "0")}.jsonl`;
}

/** Where the lines of errors that the plan found are written again where the first ones are lost. */
export function rebuiltErrorsKey(submissionId: string): string {
  return `${preparedPrefix(submissionId)}rebuilt/errors.jsonl`;
}

/** Where the outputs of a slice are joined whose input was more than one file. */
export function joinedOutputKey(submissionId: string, slice: number): string {
  return `${settledPrefix(submissionId)}${String(slice).padStart(SLICE_DIGITS, "0")}.output.jsonl`;
}

/** Where the settled lines of one slice lie. */
export function settledKeys(submissionId: string, slice: number) {
  const stem = `${settledPrefix(submissionId)}${String(slice).padStart(SLICE_DIGITS, "0")}`;
  return {
    results: `${stem}.results.jsonl`,
    errors: `${stem}.errors.jsonl`,
    strays: `${stem}.strays.jsonl`,
    unreadable: `${stem}.garbled.txt`,
  };
}

/**
 * The folder of a submission's results: `processed/<path>/`, or `processed/<path>/<submissionId>/` where another
 * submission has the plain one. A path too long for S3's keys is cut and ends in a hash of the whole key, so that two
 * keys never share a folder.
 *
 * @param key the user's key, below `to-process/`; throws for any other, which can be no submission's
 */
export function processedPrefix(key: string, ownerIsThis: boolean, submissionId: string): string {
  if (!key.startsWith(DROPS_PREFIX))
    throw new Error(`The key ${key} is not below ${DROPS_PREFIX}, so it has no results. Drop the file there.`);
  const folder = `${PROCESSED_PREFIX}${shortPath(key)}/`;
  return ownerIsThis ? folder : `${folder}${submissionId}/`;
}

function shortPath(key: string): string {
  const path = key.slice(DROPS_PREFIX.length);
  const bytes = new TextEncoder().encode(path);
  if (bytes.length <= MAX_PATH_BYTES && !LOOKS_CUT.test(path)) return path;
  const mark = `~${hashOf(key).slice(0, HASH_DIGITS)}`;
  let end = Math.min(bytes.length, MAX_PATH_BYTES - mark.length);
  // A byte of the form 10xxxxxx continues a character: step back to where one begins.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end)) + mark;
}

/**
 * The object of all records of a job's prepared input. Bedrock is told of a folder in its place (`inputKey` ends in "/")
 * where the input is more than one file, or names media, which must lie beside it.
 */
export function wholeInputKey(inputKey: string): string {
  return inputKey.endsWith("/") ? `${inputKey.slice(0, -1)}.jsonl` : inputKey;
}
