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

/** The file of a job's input that only fills it up, in the folder that Bedrock is told of. */
export const FILLERS_NAME = "filler.jsonl";

const ULID_CHARS = 26;
const SLICE_DIGITS = 5;
const HASH_DIGITS = 16;

/** The last of the numbers behind an id, in the names of a submission's own folders. */
const MOST_OWN_FOLDERS = 9;
const OWN_NUMBER_BYTES = "-9".length;

/** What is left for a user's path, whichever of the two forms its prefix takes; a number behind the id takes more. */
const MAX_PATH_BYTES =
  MAX_KEY_BYTES -
  PROCESSED_PREFIX.length -
  "/".length -
  (ULID_CHARS + "/".length) -
  Math.max(...[RESULTS_NAME, ERRORS_NAME, SUMMARY_NAME, STRAYS_NAME, GARBLED_NAME].map((name) => name.length));

/** What the cut leaves behind: a path that looks like this by itself is hashed too, or it could meet a cut one. */
const LOOKS_CUT = /~[0-9a-f]{16}$/;

/** What a submission's own folder is named; some file systems know no case. A key that ends like this is hashed too. */
const LOOKS_OWN = /(^|\/)[0-9a-hjkmnp-tv-z]{26}(-[2-9])?$/i;

/** What plans prepare lies below it. It is named `staging/`, as in earlier versions: work of theirs goes on. */
export const PREPARED_PREFIX = "staging/";

/** The folder of everything that the plan prepares for a submission. */
export function preparedPrefix(submissionId: string): string {
  return `${PREPARED_PREFIX}${submissionId}/`;
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

/** The folders that the results of a submission can have, each ending in "/". */
export interface ResultsFolders {
  /** `processed/<path>/`: of one submission of the key. */
  plain: string;
  /** `processed/<path>/<submissionId>/`, and the same with a number, for where something else lies there. */
  own: readonly string[];
}

/**
 * Where the results of a submission can lie. No folder is that of two keys: a key whose own path looks like the folder of
 * a submission ends in a hash of the whole key, as one does that is too long for S3 or looks as if it had been cut.
 *
 * @param key the user's key, below `to-process/`; throws for any other, which can be no submission's
 */
export function resultsFolders(key: string, submissionId: string): ResultsFolders {
  const looksOurs = (path: string) => LOOKS_CUT.test(path) || LOOKS_OWN.test(path);
  const plain = `${PROCESSED_PREFIX}${shortPath(key, MAX_PATH_BYTES - OWN_NUMBER_BYTES, looksOurs)}/`;
  const numbered = Array.from({ length: MOST_OWN_FOLDERS - 1 }, (_, n) => `${plain}${submissionId}-${n + 2}/`);
  return { plain, own: [`${plain}${submissionId}/`, ...numbered] };
}

/**
 * Where earlier versions wrote the results of a submission, which did not store the folder: `processed/<path>/`, or
 * `processed/<path>/<submissionId>/` where another submission had the plain one.
 *
 * @param key as for `resultsFolders`
 */
export function processedPrefix(key: string, ownerIsThis: boolean, submissionId: string): string {
  const folder = `${PROCESSED_PREFIX}${shortPath(key, MAX_PATH_BYTES, (path) => LOOKS_CUT.test(path))}/`;
  return ownerIsThis ? folder : `${folder}${submissionId}/`;
}

/** A user's path, cut to so many bytes. One that was cut, or looks like a folder of ours, ends in a hash of the key. */
function shortPath(key: string, mostBytes: number, looksOurs: (path: string) => boolean): string {
  if (!key.startsWith(DROPS_PREFIX))
    throw new Error(`The key ${key} is not below ${DROPS_PREFIX}, so it has no results. Drop the file there.`);
  const path = key.slice(DROPS_PREFIX.length);
  const bytes = new TextEncoder().encode(path);
  if (bytes.length <= mostBytes && !looksOurs(path)) return path;
  const mark = `~${hashOf(key).slice(0, HASH_DIGITS)}`;
  let end = Math.min(bytes.length, mostBytes - mark.length);
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
