import { basename } from "node:path/posix";
import type { LimitFunction } from "p-limit";
import type { RecordOutput } from "../responder/index.ts";
import { isObject } from "../responder/prompt.ts";
import { drawn, hash32, sequenceFrom } from "../responder/seeded.ts";
import type { BatchFiles } from "./files.ts";
import type { CountedFile, RecordCounts } from "./job.ts";
import { linesOf } from "./lines.ts";

/** A job is worked on in about so many windows, so that its counts move and a stop finds it half done. */
const WINDOWS_IN_JOB = 20;
/** Within a window the output's order is not the input's; a window is also what is held in memory. */
const MAX_WINDOW_RECORDS = 512;
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** The letters and the length of the recordIds that Bedrock fills in (AWS: "11 character alphanumeric string"). */
const ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ID_LENGTH = 11;

/** A record that nests deeper than this process can follow is that record's error, and nobody else's. */
const TOO_DEEP = { errorCode: 400, errorMessage: "The modelInput nests too deeply to be read." };

/** The server is closed, or as good as killed: nothing more may be written. */
export class ServerClosedError extends Error {
  override readonly name = "ServerClosedError";
}

/** One job's records, and what is done with them. */
export interface JobWork {
  readonly files: BatchFiles;
  readonly seed: string;
  readonly jobId: string;
  readonly inputs: readonly CountedFile[];
  readonly outputUri: string;
  readonly total: number;
  readonly recordLimit: number;
  /** The server's bound on responses under way, over all jobs. */
  readonly atOnce: LimitFunction;
  respond(recordId: string, modelInput: unknown, signal: AbortSignal): Promise<RecordOutput>;
  /** Resolves when so many records may be done: a job takes the time that Bedrock's would. */
  pace(processed: number): Promise<void>;
  progress(counts: RecordCounts): void;
  /** Cuts the work short; what is done by then is sealed, unless the reason is a ServerClosedError. */
  readonly signal: AbortSignal;
}

interface Tally {
  processed: number;
  success: number;
  inputTokens: number;
  outputTokens: number;
}

function countsOf(work: JobWork, { processed, success }: Tally): RecordCounts {
  return { total: work.total, processed, success, error: processed - success };
}

function filledInId(work: JobWork, fileName: string, lineNumber: number): string {
  const next = sequenceFrom(hash32(`${work.seed}\n${work.jobId}\n${fileName}\n${lineNumber}`));
  return Array.from({ length: ID_LENGTH }, () => ID_LETTERS[Math.floor(next() * ID_LETTERS.length)]).join("");
}

/** The output line of one input line, or undefined if the work was cut before it was responded to. */
async function outputLine(work: JobWork, fileName: string, lineNumber: number, line: Buffer, tally: Tally) {
  if (work.signal.aborted) return undefined;
  const record: unknown = JSON.parse(line.toString("utf8"));
  // Validating has read this line; only a file that was changed since can be otherwise.
  if (!isObject(record)) throw new Error(`Line ${lineNumber} of ${fileName} is not a record any more.`);
  const { modelInput } = record;
  const recordId = typeof record["recordId"] === "string" ? record["recordId"] : filledInId(work, fileName, lineNumber);
  let output: RecordOutput;
  try {
    output = await work.respond(recordId, modelInput, work.signal);
  } catch (fault) {
    if (work.signal.aborted) return undefined;
    output = { error: { errorCode: 500, errorMessage: fault instanceof Error ? fault.message : String(fault) } };
  }
  tally.processed += 1;
  if ("error" in output)
    return written({ modelInput, error: output.error, recordId }) ?? JSON.stringify({ error: output.error, recordId });
  const text = written({ modelInput, modelOutput: output.ok, recordId });
  if (text === undefined) return JSON.stringify({ error: TOO_DEEP, recordId });
  tally.success += 1;
  tally.inputTokens += output.inputTokens;
  tally.outputTokens += output.outputTokens;
  return text;
}

/** One line of output; undefined for what cannot be written: JSON is read to any depth, and written to a bounded one. */
function written(line: object): string | undefined {
  try {
    return JSON.stringify(line);
  } catch (fault) {
    if (fault instanceof RangeError) return undefined;
    throw fault;
  }
}

/** Bedrock promises no order; a consumer that joins by position must find out here. */
function shuffled(lines: string[], seed: number): string[] {
  const next = sequenceFrom(seed);
  const order = [...lines];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
}

/** Groups lines, of whatever chunks, into windows of bounded records and bytes. */
async function* windowsOf(work: JobWork, input: CountedFile): AsyncGenerator<Buffer[]> {
  const even = Math.max(Math.ceil(work.total / WINDOWS_IN_JOB), 2 * work.atOnce.concurrency);
  const records = Math.min(even, MAX_WINDOW_RECORDS);
  let window: Buffer[] = [];
  let windowBytes = 0;
  for await (const lines of linesOf(work.files.read(input.uri))) {
    for (const line of lines) {
      window.push(line);
      windowBytes += line.length;
      if (window.length < records && windowBytes < MAX_WINDOW_BYTES) continue;
      yield window;
      window = [];
      windowBytes = 0;
    }
  }
  if (window.length > 0) yield window;
}

async function* outputOf(work: JobWork, input: CountedFile, tally: Tally): AsyncGenerator<Uint8Array> {
  const fileName = basename(input.uri);
  let lineNumber = 0;
  for await (const window of windowsOf(work, input)) {
    const wanted = window.slice(0, work.recordLimit - tally.processed);
    // The time comes first: a job that is stopped now has not done this window.
    await work.pace(tally.processed + wanted.length);
    const first = lineNumber + 1;
    const written = await Promise.all(
      wanted.map((line, index) => work.atOnce(() => outputLine(work, fileName, first + index, line, tally))),
    );
    if (work.signal.reason instanceof ServerClosedError) throw work.signal.reason;
    lineNumber += window.length;
    work.progress(countsOf(work, tally));
    const done = written.filter((line) => line !== undefined);
    const order = shuffled(done, Math.floor(drawn(work.seed, work.jobId, fileName, first) * 0x1_0000_0000));
    if (order.length > 0) yield Buffer.from(`${order.join("\n")}\n`);
    if (work.signal.aborted || tally.processed >= work.recordLimit) return;
  }
}

async function* single(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/**
 * Responds to a job's records and writes its output: `<output>/<job id>/<input file name>.out` for every input file that
 * was begun, and last the manifest. When it resolves, all of it is there; a run that is begun again overwrites it.
 * @returns the counts, smaller than the total if the work was cut or limited.
 * @throws ServerClosedError if the server was closed; any fault of the files.
 */
export async function workThrough(work: JobWork): Promise<RecordCounts> {
  const tally: Tally = { processed: 0, success: 0, inputTokens: 0, outputTokens: 0 };
  const folder = `${work.outputUri.replace(/\/$/, "")}/${work.jobId}`;
  for (const input of work.inputs) {
    if (work.signal.aborted || tally.processed >= work.recordLimit) break;
    await work.files.write(`${folder}/${basename(input.uri)}.out`, outputOf(work, input, tally));
  }
  if (work.signal.reason instanceof ServerClosedError) throw work.signal.reason;
  const counts = countsOf(work, tally);
  const manifest = {
    totalRecordCount: counts.total,
    processedRecordCount: counts.processed,
    successRecordCount: counts.success,
    errorRecordCount: counts.error,
    inputTokenCount: tally.inputTokens,
    outputTokenCount: tally.outputTokens,
  };
  await work.files.write(`${folder}/manifest.json.out`, single(`${JSON.stringify(manifest)}\n`));
  return counts;
}
