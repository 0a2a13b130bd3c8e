import { wholeInputKey } from "../bucket/keys.ts";
import { InputLost } from "../errors.ts";
import type { EndedJob } from "../job/job.ts";
import { MAX_LINE_BYTES } from "../model/line-size.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { type Fingerprint, fingerprinter } from "../records/fingerprint.ts";
import type { Line } from "../records/lines.ts";
import { parseLine, recordLines } from "../records/record-lines.ts";

/** Where the records of a job stand in its input. */
export interface Positions {
  /** How many records there are. */
  count: number;
  /** The position of a recordId, from 0; undefined for an id that is not in the input. */
  of(recordId: string): number | undefined;
}

/** A job's prepared input as it is read: an object, and whether anything is known of the records without an output. */
export interface Input extends Piece {
  etag: string;
  /** True if it was made of the job's output: a line without a recordId stands for a record that nobody knows. */
  isOfOutput?: boolean;
}

/**
 * The prepared input of a job, if it still is the object that was planned.
 *
 * @throws InputLost
 */
export async function plannedInput(objects: ObjectStore, job: EndedJob): Promise<Input> {
  const { inputEtag } = job;
  const key = wholeInputKey(job.inputKey);
  const head = await objects.head(key);
  if (head === undefined) throw new InputLost(job.jobId, `${key} is not in the bucket`);
  if (inputEtag !== undefined && head.etag !== inputEtag) throw new InputLost(job.jobId, `${key} was replaced`);
  return { key, etag: head.etag };
}

/**
 * Reads the ids of a job's prepared input. Holds 64 bits of each, never a line.
 *
 * @throws InputLost if a line is no record, an id comes twice, or there are more or fewer records than the plan
 * counted: then the object is not the one that Bedrock was given, and settling against it would lose records
 */
export async function readPositions(objects: ObjectStore, job: EndedJob, input: Input): Promise<Positions> {
  const fingerprint = await fingerprinter();
  const positions = new Map<Fingerprint, number>();
  const unusable = (what: string) => new InputLost(job.jobId, `${input.key} is not what was planned: ${what}`);
  let count = 0;
  for await (const batch of recordLines(objects, input, MAX_LINE_BYTES))
    for (const line of batch) {
      const recordId = recordIdOf(line);
      if (recordId !== undefined) {
        const mark = fingerprint(recordId);
        if (positions.has(mark)) throw unusable(`line ${line.number} repeats the recordId of an earlier one`);
        positions.set(mark, count);
      } else if (!input.isOfOutput) throw unusable(`line ${line.number} is no record with a recordId`);
      count++;
    }
  if (count !== job.recordCount) throw unusable(`it has ${count} records, and the plan counted ${job.recordCount}`);
  return { count, of: (recordId) => positions.get(fingerprint(recordId)) };
}

function recordIdOf({ bytes, tooLong }: Line): string | undefined {
  try {
    const recordId = tooLong ? undefined : parseLine(bytes)?.["recordId"];
    return typeof recordId === "string" ? recordId : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a prepared input, asked for in the input's order; it is read no further than the last one asked for. */
export class InputLines {
  readonly #batches: AsyncGenerator<Line[], void, undefined>;
  readonly #inputKey: string;
  #batch: Line[] = [];
  /** The position of the batch's first line. */
  #first = 0;

  constructor(objects: ObjectStore, input: Piece) {
    this.#batches = recordLines(objects, input, MAX_LINE_BYTES);
    this.#inputKey = input.key;
  }

  /** The bytes of the line at a position that is no smaller than any asked for before. */
  async at(position: number): Promise<Uint8Array> {
    while (position >= this.#first + this.#batch.length) {
      this.#first += this.#batch.length;
      const { value, done } = await this.#batches.next();
      if (done)
        throw new Error(`The prepared input ${this.#inputKey} ends before record ${position}. Collect it again.`);
      this.#batch = value;
    }
    const line = this.#batch[position - this.#first];
    if (line === undefined) throw new RangeError(`Record ${position} of ${this.#inputKey} was asked for too late.`);
    return line.bytes;
  }

  /** Lets go of the object. */
  async close(): Promise<void> {
    await this.#batches.return();
  }
}
