import type { Line } from "../records/lines.ts";
import { parseLine } from "../records/record-lines.ts";
import { withMember, withoutMembers } from "../records/splice.ts";

/**
 * The longest output line that is read, in bytes. A model takes and gives up to 25 MB (the `body` of Bedrock's
 * InvokeModel, both ways), and what it was given may be written with `\u` escapes, three times as long. Of a model whose
 * most is not known an input line may have 40 MB; with escapes it is twice as long as a rule, and 20 MB are left.
 */
export const MAX_OUTPUT_LINE_BYTES = 100_000_000;

/** What a line of a job's output says of its record. */
export type OutputKind =
  /** The model answered, and was paid. */
  | "result"
  /** The model refused the record. */
  | "error"
  /** The line is no JSON object in UTF-8, or too long to be read. */
  | "unreadable";

/** One line of a job's output. */
export interface OutputLine {
  kind: OutputKind;
  /** Absent where the line has none that could be one. Of an unreadable line, what looks like it. */
  recordId?: string;
  /** True if the line has it as a string, as every input had it. */
  isNamed: boolean;
  modelInput?: unknown;
}

/** Longer ids are not looked for in what cannot be parsed. */
const RECORD_ID = /"recordId"\s*:\s*("(?:[^"\\]|\\.){0,1000}"|-?\d+)/g;
const ID_MEMBER: ReadonlySet<string> = new Set(["recordId"]);
const lenient = new TextDecoder();

/** Reads a line of the output. One with a `modelOutput` is a result, whatever else it has: it was paid for. */
export function readOutput({ bytes, tooLong }: Pick<Line, "bytes" | "tooLong">): OutputLine {
  const members = tooLong ? undefined : membersOf(bytes);
  if (members === undefined) return { kind: "unreadable", isNamed: true, ...idLookedFor(bytes) };
  const { recordId, modelInput } = members;
  return {
    kind: isAnswer(members["modelOutput"]) ? "result" : "error",
    isNamed: typeof recordId === "string",
    modelInput,
    ...(typeof recordId === "string" && { recordId }),
    ...(typeof recordId === "number" && { recordId: String(recordId) }),
  };
}

/** The words of an output line that is no result: its `error`, or an answer that is itself an error. */
export function errorIn(line: Uint8Array): unknown {
  const members = membersOf(line);
  return members?.["error"] ?? members?.["modelOutput"];
}

/** An output line under the name of its record, which stands in it as it was dropped. */
export function named(line: Uint8Array, recordId: string): Uint8Array {
  return withMember(withoutMembers(line, ID_MEMBER), `"recordId":${JSON.stringify(recordId)}`);
}

/** Claude gives what went wrong as an answer of the type `error`; it answers nothing. */
function isAnswer(modelOutput: unknown): boolean {
  if (modelOutput === undefined || modelOutput === null) return false;
  return !(typeof modelOutput === "object" && "type" in modelOutput && modelOutput.type === "error");
}

function membersOf(bytes: Uint8Array): Partial<Record<string, unknown>> | undefined {
  try {
    return parseLine(bytes);
  } catch {
    return undefined;
  }
}

/** The last recordId that an unreadable line seems to have: Bedrock writes it behind the answer. */
function idLookedFor(bytes: Uint8Array): { recordId?: string } {
  const token = [...lenient.decode(bytes).matchAll(RECORD_ID)].at(-1)?.[1];
  if (token === undefined) return {};
  try {
    return { recordId: String(JSON.parse(token)) };
  } catch {
    return {};
  }
}
