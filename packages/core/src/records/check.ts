import type { Family } from "../model/family.ts";
import { type Fields, isObject } from "../model/fields.ts";
import { doubtOfInput, faultOfInput } from "../model/input-checks.ts";
import { mostLineBytes } from "../model/line-size.ts";
import type { Problem } from "../problem.ts";
import { type ForeignLine, foreignLine } from "./foreign-line.ts";
import type { Line } from "./lines.ts";
import { mediaOf } from "./media.ts";
import { withoutMark } from "./record-lines.ts";
import { withoutMembers } from "./splice.ts";

/** Why a line is not a record that can be run. */
export type LineFault =
  | "LineTooLong"
  | "NotUtf8"
  | "NotJson"
  | "NotAnObject"
  | "BadRecordId"
  | "NoModelInput"
  | "BadModelInput"
  | ForeignLine["code"];

/** A line that can be run as it is, or once it has a recordId. */
export interface GoodLine {
  kind: "good";
  /** The line without its end, without a byte-order mark and without what Sluice adds to a line of errors.jsonl. */
  bytes: Uint8Array;
  /** True if something was taken out of it: its bytes are not the file's. */
  stripped: boolean;
  /** Absent if the record has none. */
  recordId?: string;
  /** True if the recordId was found under another name, so that it has to be put into the record. */
  renamed?: true;
  /** What looks like a mistake and may be none. */
  doubt?: Problem;
  /** The URIs of the media that it names. */
  media?: string[];
}

interface BadLine {
  kind: "bad";
  code: LineFault;
  /** Names fields, never what is in them. */
  message: string;
  recordId?: string;
}

/** What one line is. */
export type Checked = GoodLine | BadLine | { kind: "blank" };

/** What Sluice adds to a record's line in errors.jsonl. Dropped again, the line runs as the record that it was. */
export const ERROR_MEMBERS: ReadonlySet<string> = new Set(["error", "jobId"]);

const BLANK: Checked = { kind: "blank" };
const COMMA = 0x2c;

// A byte-order mark is taken off by hand, and only where a line begins; anywhere else it is no JSON.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Checks one line: valid UTF-8, a JSON object, a recordId that is a non-empty string if it is there, and a `modelInput`
 * with the fields that the family requires. Whether the recordId is new in its file is not seen here.
 *
 * @param family undefined where it is not known: then nothing inside `modelInput` is checked
 * @param maxLineBytes by what the line was found too long, for the words
 */
export function checkLine(line: Line, family: Family | undefined, maxLineBytes = mostLineBytes(family)): Checked {
  if (line.tooLong) return bad("LineTooLong", tooLong(maxLineBytes));
  if (line.bytes.length === 0) return BLANK;
  const bytes = withoutMark(line.bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return bad("NotUtf8", "The line is not valid UTF-8. Save the file as UTF-8.");
  }
  const value = parsed(text);
  if (value === undefined) return text.trim() === "" ? BLANK : notJson(bytes, text);
  if (!isObject(value))
    return bad("NotAnObject", 'The line is JSON, but not an object: a record is {"recordId": "…", "modelInput": {…}}.');
  return checkRecord(value, text, bytes, family);
}

/** How every JSON text begins. An exception costs more than all else of a broken line, and a file may have millions. */
const BEGINS_AS_JSON = /^\s*[[{"\-\dtfn]/;

/** The value of a JSON text, which is never undefined; undefined if it is none. */
function parsed(text: string): unknown {
  if (!BEGINS_AS_JSON.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What people name a recordId, seen in files that were written by hand. */
const OTHER_NAMES = ["record_id", "recordID", "RecordId", "recordid"] as const;

function checkRecord(fields: Fields, text: string, line: Uint8Array, family: Family | undefined): Checked {
  const { recordId, modelInput } = fields;
  if (recordId !== undefined && (typeof recordId !== "string" || recordId === ""))
    return bad("BadRecordId", "recordId: must be a string that is not empty, or be left out");
  if (modelInput === undefined) return noInput(fields, recordId);
  if (!isObject(modelInput)) return bad("NoModelInput", "modelInput: must be an object", recordId);
  const fault = family === undefined ? undefined : faultOfInput(family, modelInput);
  if (fault !== undefined) return bad("BadModelInput", fault, recordId);
  const doubt = family === undefined ? undefined : doubtOfInput(family, modelInput);
  const media = TAKES_MEDIA.has(family) ? mediaOf(text, modelInput) : undefined;
  const good = { kind: "good", ...withoutErrorMembers(fields, line) } as const;
  if (recordId !== undefined && doubt === undefined && media === undefined) return { ...good, recordId };
  return {
    ...good,
    ...(doubt !== undefined && { doubt: { code: "DoubtfulInput", message: doubt } }),
    ...(media !== undefined && { media }),
    ...(recordId === undefined ? renamedId(fields) : { recordId }),
  };
}

/** The line without what Sluice put into it when it failed before. */
function withoutErrorMembers({ error, jobId }: Fields, line: Uint8Array): Pick<GoodLine, "bytes" | "stripped"> {
  const stripped = error !== undefined || jobId !== undefined;
  return { bytes: stripped ? withoutMembers(line, ERROR_MEMBERS) : line, stripped };
}

/** The families whose requests may name media in S3, and those of which that is not known. */
const TAKES_MEDIA: ReadonlySet<Family | undefined> = new Set(["Nova", "Converse", undefined]);

/** The recordId of a record that has one under another name. */
function renamedId(fields: Fields): Pick<GoodLine, "recordId" | "renamed" | "doubt"> | undefined {
  const name = OTHER_NAMES.find((other) => fields[other] !== undefined);
  if (name === undefined) return undefined;
  const recordId = fields[name];
  if (typeof recordId === "string" && recordId !== "")
    return { recordId, renamed: true, doubt: { code: "OtherRecordId", message: `${name}: taken for the recordId` } };
  const message = `${name}: is no recordId and no string, so that the record got a recordId of its own`;
  return { doubt: { code: "OtherRecordId", message } };
}

function noInput(fields: Fields, recordId: string | undefined): BadLine {
  const foreign = foreignLine(fields);
  if (foreign === undefined) return bad("NoModelInput", "modelInput: required", recordId);
  return bad(foreign.code, `The line is ${foreign.what}. ${foreign.next}`, recordId);
}

function notJson(bytes: Uint8Array, text: string): BadLine {
  // The parser's own message quotes the line, so it is not used.
  const hint = HINTS.find(({ of }) => of.test(text))?.say ?? "";
  const trailing = bytes.at(-1) === COMMA ? " It ends with a comma: take that away." : "";
  return bad("NotJson", `The line is not valid JSON: a record is one whole JSON object on one line.${hint}${trailing}`);
}

/** What makes a line no JSON, as it is seen most often. */
const HINTS = [
  { of: /^\s*\{\s*'/, say: " It has single quotes, as Python prints a dict: write it with json.dumps." },
  { of: /[:,[]\s*-?(?:NaN|Infinity)\s*[,\]}]/, say: " It seems to have NaN or Infinity, which JSON does not know." },
] as const;

function tooLong(maxLineBytes: number): string {
  const most = `${maxLineBytes.toLocaleString("en-US")} bytes`;
  return `The line is longer than ${most}, the most that the model takes or Sluice reads. Make the record smaller.`;
}

function bad(code: LineFault, message: string, recordId?: string): BadLine {
  return recordId === undefined ? { kind: "bad", code, message } : { kind: "bad", code, message, recordId };
}
