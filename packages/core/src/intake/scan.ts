import { type Family, familyOf } from "../model/family.ts";
import type { InvocationType } from "../model/invocation.ts";
import type { Problem } from "../problem.ts";
import { checkLine, type GoodLine, type LineFault } from "../records/check.ts";
import { type Fingerprint, FingerprintSet, fingerprinter } from "../records/fingerprint.ts";
import { type Line, linesOf } from "../records/lines.ts";
import type { LaneSettings } from "../settings/settings.ts";
import type { PlanLimits } from "./limits.ts";
import { plainBytes } from "./plain.ts";
import { DocumentRefused } from "./refusal.ts";
import { Shape } from "./shape.ts";
import { Strides } from "./strides.ts";

/** How often another name is tried for a record without a recordId, where an earlier record has taken the first. */
const ASSIGNED_NAMES = 8;

/** By what a file's records are checked. */
export interface Rules {
  lane: Pick<LaneSettings, "maxRecords" | "minRecords" | "maxBytes">;
  modelId: string;
  invocation: InvocationType;
}

/** One line of an errors object: why a line of the input, or all of it, cannot be run. */
export interface ErrorEntry {
  /** From 1; absent where the whole file is meant. */
  line?: number;
  recordId?: string;
  error: { code: string; message: string; source: "input" };
}

/** A record that can be run. */
export interface GoodRecord {
  /** The user's own bytes, without the line's end. */
  bytes: Uint8Array;
  /** The JSON member that names the record, if it has to be put into it. */
  member: string | undefined;
  /** Where its line begins in the file, without a byte-order mark, and where the next one begins. */
  start: number;
  end: number;
  /** True if the file's bytes `[start, end)` can be used as they are. */
  inPlace: boolean;
}

/** Where a scan sends what it finds, in the file's order. */
export interface Sink {
  good(record: GoodRecord): void;
  bad(entry: ErrorEntry): void;
  /** Called after every batch of lines; nothing more is read until it is through. */
  drain(): Promise<void>;
}

/** What a scan found. */
export type Scanned =
  | { records: number; good: number; strides: Strides; document?: undefined }
  /** The file is no file of records; what the sink was told does not count. */
  | { document: Problem };

/** Reads a file once, from front to back, and tells the sink of every record. Holds one batch of lines at a time. */
export async function scan(
  file: AsyncIterable<Uint8Array>,
  rules: Rules,
  limits: PlanLimits,
  sink: Sink,
): Promise<Scanned> {
  const scanner = new Scanner(rules, limits, sink, await fingerprinter());
  const shape = new Shape();
  const plain = plainBytes(file, limits.maxInputBytes);
  try {
    for await (const batch of linesOf(plain.chunks, limits.maxLineBytes)) {
      for (const line of batch) {
        const checked = scanner.see(line, plain.unpacked);
        const document = shape.isProbing ? shape.see(line, checked, plain.head) : undefined;
        if (document !== undefined) return { document };
      }
      await sink.drain();
    }
  } catch (error) {
    if (error instanceof DocumentRefused) return { document: error.problem };
    throw error;
  }
  const { records, good, strides } = scanner;
  const document = good < rules.lane.minRecords ? shape.verdict(records, good) : undefined;
  return document === undefined ? { records, good, strides } : { document };
}

/** Sees one line after the other, and counts. */
class Scanner {
  readonly strides: Strides;
  records = 0;
  readonly #family: Family | undefined;
  readonly #maxBytes: number;
  readonly #maxLineBytes: number;
  readonly #sink: Sink;
  readonly #fingerprint: (recordId: string) => Fingerprint;
  readonly #seen = new FingerprintSet();

  constructor(rules: Rules, limits: PlanLimits, sink: Sink, fingerprint: (recordId: string) => Fingerprint) {
    this.strides = new Strides(rules.lane);
    this.#family = familyOf(rules.modelId, rules.invocation);
    this.#maxBytes = rules.lane.maxBytes;
    this.#maxLineBytes = limits.maxLineBytes;
    this.#sink = sink;
    this.#fingerprint = fingerprint;
  }

  get good(): number {
    return this.strides.records;
  }

  see(line: Line, unpacked: boolean): ReturnType<typeof checkLine> {
    const checked = checkLine(line, this.#family);
    if (checked.kind === "blank") return checked;
    this.records++;
    const { recordId } = checked;
    // An id counts as taken even where its record is broken: errors.jsonl names it.
    const isNew = recordId === undefined || this.#seen.add(this.#fingerprint(recordId));
    if (checked.kind === "bad") this.#bad(line, checked.code, checked.message, recordId);
    else if (!isNew)
      this.#bad(line, "RepeatedRecordId", "recordId: an earlier line of the file has the same one", recordId);
    else this.#take(line, checked, unpacked);
    return checked;
  }

  #take(line: Line, { bytes, stripped, recordId }: GoodLine, unpacked: boolean): void {
    const assigned = recordId === undefined ? this.#assign(line.number) : undefined;
    const member = assigned === undefined ? undefined : `"recordId":${JSON.stringify(assigned)}`;
    // The member, a comma and the line's end; what is inserted is ASCII.
    const sizeBytes = bytes.length + (member === undefined ? 0 : member.length + 1) + 1;
    if (recordId === undefined && assigned === undefined) {
      const taken = "Earlier lines took every name for a line without a recordId. Give it one.";
      this.#bad(line, "RepeatedRecordId", taken);
    } else if (sizeBytes - 1 > this.#maxLineBytes) {
      this.#bad(line, "LineTooLong", "With a recordId the line would be too long. Make the record smaller.");
    } else if (sizeBytes > this.#maxBytes) {
      const sizes = `The record has ${sizeBytes} bytes, and a job's input in this lane may have ${this.#maxBytes}`;
      this.#bad(line, "RecordTooLarge", `${sizes}. Make it smaller.`, recordId);
    } else {
      this.strides.add(sizeBytes);
      // A byte-order mark was taken off the front; where more was taken out, nobody asks where it begins.
      const start = line.start + line.bytes.length - bytes.length;
      const inPlace = member === undefined && !line.crlf && !unpacked && !stripped;
      this.#sink.good({ bytes, member, start, end: line.end, inPlace });
    }
  }

  /** A recordId for a record without one, made from its line's number; undefined if earlier lines took them all. */
  #assign(lineNumber: number): string | undefined {
    const name = `sluice-line-${lineNumber}`;
    if (this.#seen.add(this.#fingerprint(name))) return name;
    for (let again = 2; again <= ASSIGNED_NAMES; again++)
      if (this.#seen.add(this.#fingerprint(`${name}-${again}`))) return `${name}-${again}`;
    return undefined;
  }

  #bad(line: Line, code: LineFault | "RepeatedRecordId" | "RecordTooLarge", message: string, recordId?: string): void {
    const error = { code, message, source: "input" } as const;
    this.#sink.bad({ line: line.number, ...(recordId !== undefined && { recordId }), error });
  }
}
