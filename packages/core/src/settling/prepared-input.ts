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

/**
 * Reads the ids of a job's prepared input. Holds 64 bits of each, never a line.
 *
 * @throws if a line is no record, an id comes twice, or there are more or fewer records than the plan counted: then the
 * prepared file is not the one that Bedrock was given, and settling against it would lose records
 */
export async function readPositions(objects: ObjectStore, job: EndedJob, input: Piece): Promise<Positions> {
  const fingerprint = await fingerprinter();
  const positions = new Map<Fingerprint, number>();
  for await (const batch of recordLines(objects, input, MAX_LINE_BYTES))
    for (const line of batch) {
      const mark = fingerprint(recordIdOf(job, line));
      if (positions.has(mark)) throw unusable(job, `line ${line.number} repeats the recordId of an earlier one`);
      positions.set(mark, positions.size);
    }
  if (positions.size !== job.recordCount)
    throw unusable(job, `it has ${positions.size} records, and the plan counted ${job.recordCount}`);
  return { count: positions.size, of: (recordId) => positions.get(fingerprint(recordId)) };
}

function recordIdOf(job: EndedJob, line: Line): string {
  const recordId = line.tooLong ? undefined : recordIdIn(line.bytes);
  if (typeof recordId !== "string") throw unusable(job, `line ${line.number} is no record with a recordId`);
  return recordId;
}

function recordIdIn(bytes: Uint8Array): unknown {
  try {
    return parseLine(bytes)?.["recordId"];
  } catch {
    return undefined;
  }
}

function unusable(job: EndedJob, what: string): Error {
  return new Error(
    `The prepared input ${job.inputKey} of job ${job.jobId} is not what was planned: ${what}. Nothing was settled; ` +
      "see what changed the object, or drop the file again.",
  );
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
