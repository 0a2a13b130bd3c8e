import { basename } from "node:path/posix";
import { type BatchFile, type BatchFiles, FilesAccessDeniedError } from "./files.ts";
import type { CountedFile, JobRequest } from "./job.ts";
import { linesOf } from "./lines.ts";

/** Bedrock's quotas on input, per model and Region; see DEFAULT_LIMITS for the values. */
export interface BatchLimits {
  readonly minRecords: number;
  /** In one file, and in the job. */
  readonly maxRecords: number;
  readonly maxFileBytes: number;
  readonly maxJobBytes: number;
}

/** Most models' quotas (AWS: Quotas for Amazon Bedrock, batch inference): records 100 to 50,000, file 1 GB, job 5 GB. */
export const DEFAULT_LIMITS: BatchLimits = {
  minRecords: 100,
  maxRecords: 50_000,
  maxFileBytes: 1024 ** 3,
  maxJobBytes: 5 * 1024 ** 3,
};

/** A folder with more files is refused; AWS names no bound. */
const MAX_FILES_IN_JOB = 1_000;

/** A job that Validating refuses, with the words of its failure message. */
class Refused extends Error {}

export type Inspection = { readonly files: readonly CountedFile[] } | { readonly problem: string };

async function inputFiles(files: BatchFiles, inputUri: string): Promise<readonly BatchFile[]> {
  if (inputUri.endsWith(".jsonl")) {
    const sizeBytes = await files.sizeBytes(inputUri);
    if (sizeBytes === undefined) {
      throw new Refused(`The input ${inputUri} does not exist. Upload it, then create a new job.`);
    }
    return [{ uri: inputUri, sizeBytes }];
  }
  const found = (await files.list(inputUri)).filter(({ uri }) => uri.endsWith(".jsonl"));
  if (found.length === 0)
    throw new Refused(`There is no .jsonl file in ${inputUri}. Upload one, then create a new job.`);
  if (found.length > MAX_FILES_IN_JOB) {
    throw new Refused(`There are ${found.length} .jsonl files in ${inputUri}, more than ${MAX_FILES_IN_JOB}.`);
  }
  return found;
}

function checkSizes(found: readonly BatchFile[], limits: BatchLimits): void {
  const large = found.find(({ sizeBytes }) => sizeBytes > limits.maxFileBytes);
  if (large !== undefined) {
    throw new Refused(
      `The input file ${large.uri} has ${large.sizeBytes} bytes, more than the maximum of ${limits.maxFileBytes}. Split it.`,
    );
  }
  const jobBytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (jobBytes > limits.maxJobBytes) {
    throw new Refused(
      `The job's input has ${jobBytes} bytes, more than the maximum of ${limits.maxJobBytes}. Split it.`,
    );
  }
}

/** What is wrong with a line's form; the model's input itself is not looked at, as Bedrock does not. */
function problemOfLine(line: Buffer): string | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line.toString("utf8"));
  } catch {
    return "is not JSON (every record must be one JSON object on one line)";
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) return "is not a JSON object";
  if (!("modelInput" in record)) return "has no modelInput";
  const { modelInput } = record;
  if (typeof modelInput !== "object" || modelInput === null) return "has a modelInput that is no JSON object";
  if ("recordId" in record && typeof record.recordId !== "string") return "has a recordId that is no string";
  return undefined;
}

async function countRecords(files: BatchFiles, uri: string, maxRecords: number, signal: AbortSignal): Promise<number> {
  let records = 0;
  for await (const lines of linesOf(files.read(uri))) {
    signal.throwIfAborted();
    for (const line of lines) {
      records += 1;
      const problem = problemOfLine(line);
      if (problem !== undefined) throw new Refused(`Line ${records} of ${basename(uri)} ${problem}.`);
      if (records > maxRecords) {
        throw new Refused(
          `The file ${basename(uri)} contains more records than the maximum of ${maxRecords}. Split it.`,
        );
      }
    }
  }
  return records;
}

/**
 * Does what Bedrock does in Validating: access, presence, sizes, the form of every line, and the number of records.
 * Streams; holds one chunk in memory.
 * @throws the signal's reason if it is aborted.
 */
export async function inspectInput(
  files: BatchFiles,
  request: JobRequest,
  limits: BatchLimits,
  signal: AbortSignal,
): Promise<Inspection> {
  try {
    const found = await inputFiles(files, request.inputUri);
    await files.list(request.outputUri);
    checkSizes(found, limits);
    const counted: CountedFile[] = [];
    for (const { uri } of found) {
      counted.push({ uri, records: await countRecords(files, uri, limits.maxRecords, signal) });
    }
    const total = counted.reduce((sum, { records }) => sum + records, 0);
    if (total < limits.minRecords) {
      throw new Refused(
        `The batch job contains less records (${total}) than the required minimum of: ${limits.minRecords}.`,
      );
    }
    if (total > limits.maxRecords) {
      throw new Refused(
        `The batch job contains more records (${total}) than the allowed maximum of: ${limits.maxRecords}.`,
      );
    }
    return { files: counted };
  } catch (fault) {
    signal.throwIfAborted();
    if (fault instanceof Refused || fault instanceof FilesAccessDeniedError) return { problem: fault.message };
    if (fault instanceof RangeError) return { problem: `${request.inputUri}: ${fault.message}` };
    throw fault;
  }
}
