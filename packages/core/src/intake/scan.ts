import { type Family, familyOf } from "../model/family.ts";
import type { InvocationType } from "../model/invocation.ts";
import { mostLineBytes } from "../model/line-size.ts";
import type { Problem } from "../problem.ts";
import { type Checked, checkLine, type GoodLine, type LineFault } from "../records/check.ts";
import { type Fingerprint, FingerprintSet, fingerprinter } from "../records/fingerprint.ts";
import { joinedObjects } from "../records/joined.ts";
import { type Line, linesOf } from "../records/lines.ts";
import type { LaneSettings } from "../settings/settings.ts";
import type { PlanLimits } from "./limits.ts";
import type { Media } from "./media.ts";
import { plainBytes } from "./plain.ts";
import { DocumentRefused } from "./refusal.ts";
import { Shape } from "./shape.ts";
import { Strides } from "./strides.ts";
import { Tally, type Told } from "./tally.ts";

/** How often another name is tried for a record without a recordId, where an earlier record has taken the first. */
const ASSIGNED_NAMES = 8;

/** Why a line that is a record cannot be run all the same. */
type ScanFault = "RepeatedRecordId" | "RecordTooLarge" | "MediaUnreachable";

/** By what a file's records are checked. */
export interface Rules {
  lane: Pick<LaneSettings, "maxRecords" | "minRecords" | "maxBytes" | "maxJobBytes">;
  modelId: string;
  invocation: InvocationType;
  /** Where the media are that records name; left out, they are not looked up. */
  media?: Media;
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
  | {
      records: number;
      good: number;
      strides: Strides;
      /** What looks like a mistake and was run all the same. */
      warnings: Told[];
      document?: undefined;
    }
  /** The file is no file of records; what the sink was told does not count. */
  | { document: Problem };

/** Reads a file once, from front to back, and tells the sink of every record. Holds one batch of lines at a time. */
export async function scan(
  file: AsyncIterable<Uint8Array>,
  rules: Rules,
  limits: PlanLimits,
  sink: Sink,
): Promise<Scanned> {
  const family = familyOf(rules.modelId, rules.invocation);
  const maxLineBytes = Math.min(limits.maxLineBytes, mostLineBytes(family));
  const scanner = new Scanner(rules, family, maxLineBytes, sink, await fingerprinter());
  const shape = new Shape();
  const plain = plainBytes(file, limits.maxInputBytes);
  try {
    for await (const batch of linesOf(plain.chunks, maxLineBytes)) {
      for (const line of batch) {
        const checked = checkLine(line, family, maxLineBytes);
        if (rules.media?.lacks(checked)) await rules.media.look(batch.map((each) => checkLine(each, family)));
        scanner.see(line, checked, plain.unpacked);
        const document = shape.isProbing ? shape.see(line, checked, plain.head) : undefined;
        if (document !== undefined) return { document };
      }
      await sink.drain();
    }
  } catch (error) {
    if (error instanceof DocumentRefused) return { document: error.problem };
    throw error;
  }
  const { records, good, strides, warnings } = scanner;
  const document = good < rules.lane.minRecords ? shape.verdict(records, good) : undefined;
  if (document !== undefined) return { document };
  if (plain.restAt !== undefined) warnings.add(bytesBehindGzip(plain.restAt));
  return { records, good, strides, warnings: warnings.all };
}

const MEDIA_UNREAD: Problem = {
  code: "MediaUnread",
  message: "modelInput: has an s3Location, which is looked up when the file is dropped",
};

function bytesBehindGzip(restAt: number): Problem {
  const message = `From byte ${restAt} on the packed file holds no more gzip. What was packed before it was read, the rest was left out.`;
  return { code: "BytesBehindGzip", message };
}

const JOINED: Problem = {
  code: "JoinedRecords",
  message: "Several records stand on one line; each was taken by itself. End every record with a line feed.",
};

/** Sees one line after the other, and counts. */
class Scanner {
  readonly strides: Strides;
  readonly warnings = new Tally();
  records = 0;
  readonly #family: Family | undefined;
  readonly #maxBytes: number;
  readonly #maxLineBytes: number;
  readonly #media: Media | undefined;
  readonly #sink: Sink;
  readonly #fingerprint: (recordId: string) => Fingerprint;
  readonly #seen = new FingerprintSet();

  constructor(
    { lane, media }: Rules,
    family: Family | undefined,
    maxLineBytes: number,
    sink: Sink,
    fingerprint: (recordId: string) => Fingerprint,
  ) {
    this.#media = media;
    this.strides = new Strides(lane);
    this.#family = family;
    this.#maxBytes = lane.maxBytes;
    this.#maxLineBytes = maxLineBytes;
    this.#sink = sink;
    this.#fingerprint = fingerprint;
  }

  get good(): number {
    return this.strides.records;
  }

  see(line: Line, checked: Checked, unpacked: boolean): Checked {
    if (checked.kind === "blank") return checked;
    const joined = checked.kind === "bad" && checked.code === "NotJson" ? joinedObjects(line.bytes) : undefined;
    if (joined === undefined) return this.#count(line, checked, unpacked);
    this.warnings.add(JOINED, line.number);
    // No record of it ends with a line feed of its own, so each is written anew, as what was packed is.
    const each = joined.map((bytes) => {
      const one = { ...line, bytes };
      return this.#count(one, checkLine(one, this.#family), true);
    });
    return each[0] ?? checked;
  }

  #count(line: Line, checked: Checked, unpacked: boolean): Checked {
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

  #take(line: Line, good: GoodLine, unpacked: boolean): void {
    const { bytes, recordId } = good;
    const given = recordId === undefined ? this.#assign(line.number) : good.renamed ? recordId : undefined;
    const member = given === undefined ? undefined : `"recordId":${JSON.stringify(given)}`;
    const memberBytes = member === undefined ? 0 : sizeOf(member) + 1;
    const unreachable = good.media && this.#media?.problemOf(good.media)?.message;
    // The member, a comma and the line's end.
    const sizeBytes = bytes.length + memberBytes + 1;
    if (recordId === undefined && given === undefined) {
      const taken = "Earlier lines took every name for a line without a recordId. Give it one.";
      this.#bad(line, "RepeatedRecordId", taken);
    } else if (sizeBytes - 1 > this.#maxLineBytes) {
      this.#bad(line, "LineTooLong", "With a recordId the line would be too long. Make the record smaller.");
    } else if (sizeBytes > this.#maxBytes) {
      const sizes = `The record has ${sizeBytes} bytes, and a job's input in this lane may have ${this.#maxBytes}`;
      this.#bad(line, "RecordTooLarge", `${sizes}. Make it smaller.`, recordId);
    } else if (unreachable !== undefined) {
      this.#bad(line, "MediaUnreachable", unreachable, recordId);
    } else {
      if (good.media !== undefined && this.#media === undefined) this.warnings.add(MEDIA_UNREAD, line.number);
      if (good.doubt !== undefined) this.warnings.add(good.doubt, line.number);
      this.strides.add(sizeBytes);
      // A byte-order mark was taken off the front.
      const start = line.start + line.bytes.length - bytes.length;
      const inPlace = member === undefined && !line.crlf && !unpacked;
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

  #bad(line: Line, code: LineFault | ScanFault, message: string, recordId?: string): void {
    const error = { code, message, source: "input" } as const;
    this.#sink.bad({ line: line.number, ...(recordId !== undefined && { recordId }), error });
  }
}

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
function sizeOf(text: string): number {
  return encoder.encode(text).length;
}
