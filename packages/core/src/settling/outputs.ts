import type { ObjectHead, ObjectStore, Piece } from "../ports/objects.ts";
import type { Fingerprint } from "../records/fingerprint.ts";
import type { Line } from "../records/lines.ts";
import { recordLines } from "../records/record-lines.ts";
import { inputMarker, matchByInput } from "./by-input.ts";
import { type Fate, InOrder } from "./in-order.ts";
import { MAX_OUTPUT_LINE_BYTES, named, type OutputKind, type OutputLine, readOutput } from "./output-line.ts";
import type { Positions } from "./prepared-input.ts";

/** A job's output, and the input that it is of. */
export interface OutputOfJob {
  output: ObjectHead;
  input: Piece;
  positions: Positions;
}

/** Where the lines of an output go. */
export interface OutputSink {
  /** Gets the output of each record that has one, in the order of the input; it may use the bytes until it returns. */
  output(position: number, kind: OutputKind, line: Uint8Array): Promise<void>;
  /** Gets each line that belongs to no record, in no order that means anything. */
  stray(line: Uint8Array): Promise<void>;
  /** Gets each line that cannot be read. */
  unreadable(line: Uint8Array): Promise<void>;
}

/** What the first pass over an output learned; only numbers of it are kept. */
export interface OutputRead {
  /** Lines that are not blank. */
  lines: number;
  /** Records of the job that have an output, one that cannot be read among them. */
  records: number;
  /** Lines that cannot be read and do not tell whose they are. */
  nobodys: number;
}

/** The better a record's output is, the higher: a paid result is never lost to an error of the same id. */
const RANKS = { none: 0, unreadable: 1, error: 2, result: 3 } as const;
const KINDS: readonly OutputKind[] = ["unreadable", "unreadable", "error", "result"];

/** An output without a usable recordId, and where it lies. */
interface Nameless {
  kind: OutputKind;
  mark: Fingerprint;
  start: number;
  end: number;
}

/**
 * Reads a job's output, whose lines come in any order, and gives the outputs of its records to a sink in the order of
 * the input, each record's once: a result counts before an error, and otherwise the first of repeated lines.
 *
 * The first pass parses every line and remembers where each record's lies. Later passes, needed only for lines so far
 * from their place that the budget could not hold them until then, read by those offsets and parse nothing.
 */
export class Outputs {
  readonly #objects: ObjectStore;
  readonly #output: ObjectHead;
  readonly #input: Piece;
  readonly #positions: Positions;
  readonly #sink: OutputSink;
  readonly #inOrder: InOrder;
  readonly #ranks: Uint8Array;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #nameless: Nameless[] = [];
  #markOf: ((modelInput: unknown) => Fingerprint) | undefined;
  /** The names of the records whose lines do not have them as they were dropped. */
  readonly #names = new Map<number, string>();
  readonly #read: OutputRead = { lines: 0, records: 0, nobodys: 0 };

  constructor(objects: ObjectStore, { output, input, positions }: OutputOfJob, budgetBytes: number, sink: OutputSink) {
    this.#objects = objects;
    this.#output = output;
    this.#input = input;
    this.#positions = positions;
    this.#sink = sink;
    this.#ranks = new Uint8Array(positions.count);
    this.#starts = new Float64Array(positions.count);
    this.#ends = new Float64Array(positions.count);
    this.#inOrder = new InOrder(positions.count, budgetBytes, (position, line) => this.#emit(position, line));
  }

  /** Reads the whole output once and emits the results that came in time. What is missing is known at its end. */
  async firstPass(): Promise<OutputRead> {
    for await (const batch of recordLines(this.#objects, this.#output, MAX_OUTPUT_LINE_BYTES))
      for (const line of batch) await this.#see(line, readOutput(line));
    await this.#nameTheNameless();
    return this.#read;
  }

  /** Emits what the first pass could not. Every pass emits at least one record, so their number is bounded. */
  async laterPasses(): Promise<void> {
    await this.#inOrder.endPass(this.#fateInTheEnd);
    for (let rest = this.#rest(); rest.length > 0; rest = this.#rest()) {
      const starts = rest.map((position) => this.#starts[position] ?? 0);
      const end = this.#ends[rest.at(-1) ?? 0] ?? 0;
      for await (const [at, line] of this.#linesAt(starts, end))
        await this.#inOrder.take(rest[at] ?? 0, line, this.#fateInTheEnd);
      await this.#inOrder.endPass(this.#fateInTheEnd);
    }
  }

  async #see(line: Line, output: OutputLine): Promise<void> {
    const { kind, recordId, isNamed, modelInput } = output;
    const position = recordId === undefined ? undefined : this.#positions.of(recordId);
    this.#read.lines++;
    if (kind === "unreadable") {
      if (position === undefined) this.#read.nobodys++;
      if (!line.tooLong) await this.#sink.unreadable(line.bytes);
    } else if (recordId === undefined) {
      this.#markOf ??= await inputMarker();
      this.#nameless.push({ kind, mark: this.#markOf(modelInput), start: line.start, end: line.end });
    } else if (position === undefined) await this.#sink.stray(line.bytes);
    if (position === undefined || !this.#note(position, kind, line)) return;
    if (!isNamed && recordId !== undefined) this.#names.set(position, recordId);
    await this.#inOrder.take(position, line.bytes, this.#fateSoFar);
  }

  /** Remembers the output of a record; false if it has one that counts more, or as much. */
  #note(position: number, kind: OutputKind, { start, end }: { start: number; end: number }): boolean {
    const before = this.#ranks[position] ?? RANKS.none;
    if (RANKS[kind] <= before) return false;
    if (before === RANKS.none) this.#read.records++;
    this.#ranks[position] = RANKS[kind];
    this.#starts[position] = start;
    this.#ends[position] = end;
    this.#names.delete(position);
    return true;
  }

  /** Finds the records of lines without an id by what they were asked. The rest are strays. */
  async #nameTheNameless(): Promise<void> {
    if (this.#nameless.length === 0) return;
    const marks = this.#nameless.map(({ mark }) => mark);
    const matches = await matchByInput(this.#objects, this.#input, marks, (at) => this.#ranks[at] === RANKS.none);
    const strays: Nameless[] = [];
    for (const [at, nameless] of this.#nameless.entries()) {
      const match = matches[at];
      if (match === undefined) strays.push(nameless);
      else {
        this.#note(match.position, nameless.kind, nameless);
        this.#names.set(match.position, match.recordId);
      }
    }
    const starts = strays.map(({ start }) => start);
    for await (const [, line] of this.#linesAt(starts, strays.at(-1)?.end ?? 0)) await this.#sink.stray(line);
  }

  #emit(position: number, line: Uint8Array): Promise<void> {
    const name = this.#names.get(position);
    const kind = KINDS[this.#ranks[position] ?? RANKS.none] ?? "unreadable";
    return this.#sink.output(position, kind, name === undefined ? line : named(line, name));
  }

  /** Within the first pass nothing but a result is sure to stay what it is. */
  readonly #fateSoFar = (position: number): Fate => (this.#ranks[position] === RANKS.result ? "emit" : "wait");

  readonly #fateInTheEnd = (position: number): Fate => (this.#ranks[position] === RANKS.none ? "skip" : "emit");

  /** The positions of the outputs that are still to be emitted, in the order in which they lie in the output. */
  #rest(): number[] {
    const rest: number[] = [];
    for (let position = this.#inOrder.next; position < this.#positions.count; position++)
      if (this.#ranks[position] !== RANKS.none) rest.push(position);
    return rest.sort((a, b) => (this.#starts[a] ?? 0) - (this.#starts[b] ?? 0));
  }

  /** The lines that begin at these offsets, which are in order, each with its index; `end` is the last one's. */
  async *#linesAt(starts: readonly number[], end: number): AsyncGenerator<[number, Uint8Array], void, undefined> {
    const [start] = starts;
    if (start === undefined) return;
    const { key, etag } = this.#output;
    let at = 0;
    for await (const batch of recordLines(this.#objects, { key, etag, start, end }, MAX_OUTPUT_LINE_BYTES))
      for (const line of batch) if (line.start === starts[at]) yield [at++, line.bytes];
  }
}
