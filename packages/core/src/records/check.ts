import type { Family } from "../model/family.ts";
import { isObject } from "../model/fields.ts";
import { faultOfInput } from "../model/input-checks.ts";
import type { Line } from "./lines.ts";
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
  | "BadModelInput";

/** A line that can be run as it is, or once it has a recordId. */
export interface GoodLine {
  kind: "good";
  /** The line without its end, without a byte-order mark and without what Sluice adds to a line of errors.jsonl. */
  bytes: Uint8Array;
  /** True if something was taken out of it: its bytes are not the file's. */
  stripped: boolean;
  /** Absent if the record has none. */
  recordId?: string;
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
 */
export function checkLine(line: Line, family: Family | undefined): Checked {
  if (line.tooLong)
    return bad("LineTooLong", "The line is longer than 20 MB, the most that Sluice reads. Make the record smaller.");
  if (line.bytes.length === 0) return BLANK;
  const bytes = withoutMark(line.bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return bad("NotUtf8", "The line is not valid UTF-8. Save the file as UTF-8.");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.trim() === "" ? BLANK : notJson(bytes);
  }
  if (!isObject(value))
    return bad("NotAnObject", 'The line is JSON, but not an object: a record is {"recordId": "…", "modelInput": {…}}.');
  return checkRecord(value, bytes, family);
}

function checkRecord(
  { recordId, modelInput, error, jobId }: Partial<Record<string, unknown>>,
  line: Uint8Array,
  family: Family | undefined,
): Checked {
  if (recordId !== undefined && (typeof recordId !== "string" || recordId === ""))
    return bad("BadRecordId", "recordId: must be a string that is not empty, or be left out");
  if (modelInput === undefined) return bad("NoModelInput", "modelInput: required", recordId);
  if (!isObject(modelInput)) return bad("NoModelInput", "modelInput: must be an object", recordId);
  const fault = family === undefined ? undefined : faultOfInput(family, modelInput);
  if (fault !== undefined) return bad("BadModelInput", fault, recordId);
  const stripped = error !== undefined || jobId !== undefined;
  const bytes = stripped ? withoutMembers(line, ERROR_MEMBERS) : line;
  return { kind: "good", bytes, stripped, ...(recordId !== undefined && { recordId }) };
}

function notJson(bytes: Uint8Array): BadLine {
  // The parser's own message quotes the line, so it is not used.
  const trailing = bytes.at(-1) === COMMA ? " It ends with a comma: take that away." : "";
  return bad("NotJson", `The line is not valid JSON: a record is one whole JSON object on one line.${trailing}`);
}

function bad(code: LineFault, message: string, recordId?: string): BadLine {
  return recordId === undefined ? { kind: "bad", code, message } : { kind: "bad", code, message, recordId };
}
