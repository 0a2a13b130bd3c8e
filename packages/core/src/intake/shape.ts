import type { Problem } from "../problem.ts";
import type { Checked } from "../records/check.ts";
import type { Line } from "../records/lines.ts";
import { binaryFile } from "./magic.ts";
import { DocumentRefused } from "./refusal.ts";

/** So many lines that are not blank are looked at before a file without one good record is given a shape. */
const PROBE_LINES = 100;
/** A document may hold a line that looks like a record; a file of records has more than one good line in so many. */
const LINES_PER_STRAY = 10;

const NUL = 0;
const LF = 0x0a;

type Opening = "array" | "bracket" | "object";

/**
 * Tells a file of broken records from a file that is no JSONL at all: a pretty-printed document, a JSON array, a
 * binary file. It looks at how the file begins, and says nothing while good records come: a first line that is merely
 * broken refuses no file.
 */
export class Shape {
  #opening: Opening | undefined;
  #goesOn = false;
  #secondBegins: string | undefined;
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
    else if (this.#lines === 2) this.#secondBegins = textOf(line.bytes.subarray(0, 256)).trimStart()[0];
    if (this.#opening === "bracket") return problems.array();
    return this.#lines === PROBE_LINES ? this.verdict(this.#lines, 0) : undefined;
  }

  /** What the file is, if it is no JSONL, now that so many of its lines were good records. */
  verdict(lines: number, good: number): Problem | undefined {
    if (good > 0 && good * LINES_PER_STRAY > lines) return undefined;
    if (lines === 0) return problems.empty();
    if (this.#hasNul && good === 0) return binaryFile().problem;
    if (this.#opening === "array") return problems.array();
    const second = this.#secondBegins;
    if (this.#opening === "object" && this.#goesOn && second !== undefined && second !== "{") return problems.pretty();
    return undefined;
  }

  #seeFirst(line: Line, notJson: boolean, head: Uint8Array): void {
    const begins = textOf(head).trimStart()[0];
    const text = textOf(line.bytes).trim();
    if (text === "[") this.#opening = "bracket";
    else if (begins === "[") this.#opening = "array";
    else if (begins === "{") this.#opening = "object";
    this.#hasNul = firstLine(head).includes(NUL);
    this.#goesOn = notJson && /[{[,]$/.test(text);
  }
}

function firstLine(head: Uint8Array): Uint8Array {
  const lf = head.indexOf(LF);
  return lf === -1 ? head : head.subarray(0, lf);
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
