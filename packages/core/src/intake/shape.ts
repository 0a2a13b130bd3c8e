import type { Problem } from "../problem.ts";
import type { Checked, LineFault } from "../records/check.ts";
import type { Line } from "../records/lines.ts";
import { looksLikeTable, markupProblem, tableProblem } from "./foreign-text.ts";
import { binaryFile } from "./magic.ts";
import { DocumentRefused } from "./refusal.ts";

/** So many lines that are not blank are looked at before a file without one good record is given a shape. */
const PROBE_LINES = 100;
/** A document may hold a line that looks like a record; a file of records has more than one good line in so many. */
const LINES_PER_STRAY = 10;

const NUL = 0;
const LF = 0x0a;

/** How much of a line is looked at, in bytes. */
const LINE_HEAD_BYTES = 256;

type Opening = "array" | "bracket" | "object" | "text";

/** Lines of other services' files: where all lines are of one of these, so is the file. */
const FOREIGN_FILES: ReadonlySet<LineFault> = new Set(["OpenAiBatch", "AnthropicBatch", "ResultLine", "BareBody"]);

/**
 * Tells a file of broken records from a file that is no JSONL at all: a pretty-printed document, a JSON array, a
 * binary file. It looks at how the file begins, and says nothing while good records come: a first line that is merely
 * broken refuses no file.
 */
export class Shape {
  #opening: Opening | undefined;
  #goesOn = false;
  #first = "";
  #second = "";
  #markup: Problem | undefined;
  /** The fault that all lines so far have, if it is one. */
  #common: { code: LineFault; message: string } | undefined;
  #hasNul = false;
  #lines = 0;
  #good = 0;

  /** True while lines should be shown to it. */
  get isProbing(): boolean {
    return this.#good === 0 && this.#lines < PROBE_LINES;
  }

  /**
   * Shows it the next line; the problem if the file is no JSONL.
   *
   * @param head the file's first bytes, because a first line that is too long comes without its own
   */
  see(line: Line, checked: Checked, head: Uint8Array): Problem | undefined {
    if (checked.kind === "blank") return undefined;
    this.#lines++;
    if (checked.kind === "good") {
      this.#good++;
      return undefined;
    }
    if (this.#lines === 1) this.#seeFirst(line, checked.code === "NotJson", head);
    else if (this.#lines === 2) this.#second = headOf(line);
    if (this.#lines === 1) this.#common = checked;
    else if (this.#common?.code !== checked.code) this.#common = undefined;
    if (this.#opening === "bracket") return problems.array();
    return this.#lines === PROBE_LINES ? this.verdict(this.#lines, 0) : undefined;
  }

  /** What the file is, if it is no JSONL, now that so many of its lines were good records. */
  verdict(lines: number, good: number): Problem | undefined {
    if (good > 0 && good * LINES_PER_STRAY > lines) return undefined;
    if (lines === 0) return problems.empty();
    if (this.#hasNul && good === 0) return binaryFile().problem;
    if (this.#opening === "array") return problems.array();
    if (this.#markup !== undefined) return this.#markup;
    const second = this.#second[0];
    if (this.#opening === "object" && this.#goesOn && second !== undefined && second !== "{") return problems.pretty();
    if (this.#opening === "text" && second !== "{" && looksLikeTable(this.#first, this.#second)) return tableProblem;
    const common = this.#common;
    if (common === undefined || good > 0 || !FOREIGN_FILES.has(common.code)) return undefined;
    return { code: common.code, message: common.message.replace(/^The line is/, "Every line of the file is") };
  }

  #seeFirst(line: Line, notJson: boolean, head: Uint8Array): void {
    const beginning = textOf(head).trimStart();
    const begins = beginning[0];
    const text = textOf(line.bytes).trim();
    this.#first = headOf(line);
    this.#markup = markupProblem(beginning);
    if (text === "[") this.#opening = "bracket";
    else if (begins === "[") this.#opening = "array";
    else this.#opening = begins === "{" ? "object" : "text";
    this.#hasNul = firstLine(head).includes(NUL);
    this.#goesOn = notJson && /[{[,]$/.test(text);
  }
}

function firstLine(head: Uint8Array): Uint8Array {
  const lf = head.indexOf(LF);
  return lf === -1 ? head : head.subarray(0, lf);
}

function headOf(line: Line): string {
  return textOf(line.bytes.subarray(0, LINE_HEAD_BYTES)).trim();
}

/** For looking only: what is no UTF-8 becomes a replacement character, and a byte-order mark goes away. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const problems = {
  empty: () =>
    new DocumentRefused(
      "EmptyFile",
      "The file has no records: it is empty or blank. Drop it with one JSON object a line.",
    ).problem,
  array: () =>
    new DocumentRefused(
      "JsonArray",
      "The file is one JSON array, not JSONL. Write each of its items on a line of its own, for instance: jq -c '.[]' file.json > file.jsonl",
    ).problem,
  pretty: () =>
    new DocumentRefused(
      "PrettyPrinted",
      "The file is JSON spread over several lines, not JSONL. Write each record on one line, for instance: jq -c . file.json > file.jsonl",
    ).problem,
};
