import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import type { Line } from "../records/lines.ts";
import { parseLine, recordLines } from "../records/record-lines.ts";
import { InOrder } from "./in-order.ts";
import type { Positions } from "./prepared-input.ts";

/**
 * The longest output line that is read, in bytes: an input line of 40 MB whose modelInput Bedrock may have written with
 * `\u` escapes, twice as long, and a model's response of up to 20 MB. Our own limit.
 */
const MAX_OUTPUT_LINE_BYTES = 100_000_000;

export type OutputKind = "result" | "error";

/** What the first pass over an output learned; only numbers of it are kept. */
export interface OutputRead {
  /** Lines that are not blank. */
  lines: number;
  /** Lines that are no JSON; a torn last line is one. */
  unreadable: number;
  /** Records of the job that have an output. */
  records: number;
}

const NONE = 0;
const RESULT = 1;
const ERROR = 2;

/**
 * Reads a job's output, whose lines come in any order, and gives the outputs of its records to `emit` in the order of
 * the input, each record's once: of repeated lines the first counts. Lines of unknown ids are read and left out.
 *
 * The first pass parses every line and remembers where each record's lies. Later passes, needed only for lines so far
 * from their place that the budget could not hold them until then, read by those offsets and parse nothing.
 */
export class Outputs {
  readonly #objects: ObjectStore;
  readonly #output: ObjectHead;
  readonly #positions: Positions;
  readonly #inOrder: InOrder;
  readonly #kinds: Uint8Array;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;

  constructor(
    objects: ObjectStore,
    output: ObjectHead,
    positions: Positions,
    budgetBytes: number,
    emit: (position: number, kind: OutputKind, line: Uint8Array) => Promise<void>,
  ) {
    this.#objects = objects;
    this.#output = output;
    this.#positions = positions;
    this.#kinds = new Uint8Array(positions.count);
    this.#starts = new Float64Array(positions.count);
    this.#ends = new Float64Array(positions.count);
    this.#inOrder = new InOrder(positions.count, budgetBytes, (position, line) =>
      emit(position, this.#kinds[position] === RESULT ? "result" : "error", line),
    );
  }

  /** Reads the whole output once and emits what came in time. Nothing is known of missing records before its end. */
  async firstPass(): Promise<OutputRead> {
    const read = { lines: 0, unreadable: 0, records: 0 };
    const nobodyKnows = (): boolean => false;
    for await (const batch of recordLines(this.#objects, this.#output, MAX_OUTPUT_LINE_BYTES))
      for (const line of batch) {
        read.lines++;
        const output = readOutput(line.bytes);
        if (output === undefined) read.unreadable++;
        const position = output && this.#note(line, output);
        if (position === undefined) continue;
        read.records++;
        await this.#inOrder.take(position, line.bytes, nobodyKnows);
      }
    await this.#inOrder.endPass(this.#isMissing);
    return read;
  }

  /** Emits what the first pass could not hold. Every pass emits at least one record, so their number is bounded. */
  async laterPasses(): Promise<void> {
    for (let rest = this.#rest(); rest.length > 0; rest = this.#rest()) {
      await this.#laterPass(rest);
      await this.#inOrder.endPass(this.#isMissing);
    }
  }

  /** Remembers the first output of each record; undefined for a line that is none. */
  #note(line: Line, { recordId, kind }: ReadOutput): number | undefined {
    const position = recordId === undefined ? undefined : this.#positions.of(recordId);
    if (position === undefined || this.#kinds[position] !== NONE) return undefined;
    this.#kinds[position] = kind;
    this.#starts[position] = line.start;
    this.#ends[position] = line.end;
    return position;
  }

  readonly #isMissing = (position: number): boolean => this.#kinds[position] === NONE;

  /** The positions of the outputs that are still to be emitted, in the order in which they lie in the output. */
  #rest(): Int32Array {
    const rest: number[] = [];
    for (let position = this.#inOrder.next; position < this.#positions.count; position++)
      if (!this.#isMissing(position)) rest.push(position);
    return Int32Array.from(rest).sort((a, b) => (this.#starts[a] ?? 0) - (this.#starts[b] ?? 0));
  }

  async #laterPass(rest: Int32Array): Promise<void> {
    const { key, etag } = this.#output;
    const start = this.#starts[rest[0] ?? 0] ?? 0;
    const end = this.#ends[rest.at(-1) ?? 0] ?? 0;
    let at = 0;
    for await (const batch of recordLines(this.#objects, { key, etag, start, end }, MAX_OUTPUT_LINE_BYTES))
      for (const line of batch) {
        const position = rest[at];
        if (position === undefined || this.#starts[position] !== line.start) continue;
        at++;
        await this.#inOrder.take(position, line.bytes, this.#isMissing);
      }
  }
}

interface ReadOutput {
  recordId: string | undefined;
  kind: typeof RESULT | typeof ERROR;
}

/**
 * Undefined for a line that is no JSON, and for one that is too long, which comes without its bytes. A line with a
 * `modelOutput` is a result, whatever else it has: it was paid for.
 */
function readOutput(bytes: Uint8Array): ReadOutput | undefined {
  try {
    const members = parseLine(bytes);
    const recordId = members?.["recordId"];
    const modelOutput = members?.["modelOutput"] ?? undefined;
    return {
      recordId: typeof recordId === "string" ? recordId : undefined,
      kind: modelOutput === undefined ? ERROR : RESULT,
    };
  } catch {
    return undefined;
  }
}
