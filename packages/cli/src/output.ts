import { createColors } from "picocolors";
import type { Failure } from "./failure.ts";

/** Colours for what goes to stdout: none in a pipe, none with NO_COLOR. */
export const colors = createColors(process.stdout.isTTY === true && !process.env["NO_COLOR"]);

/** Where a command's words go. With `json`, stdout gets one JSON document and nothing else. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** Whether a person watches: what changes is only drawn then, and only where there is a screen to draw on. */
  get isTerminal(): boolean {
    return !this.json && process.stdout.isTTY === true && process.stdout.rows > 0;
  }

  /** What the command has to show: a document for programs, or what `view` makes of it for people. */
  show(document: unknown, view: () => string): void {
    process.stdout.write(`${this.json ? JSON.stringify(document, undefined, 2) : view()}\n`);
  }

  /** A line of a command that goes on. */
  say(line: string): void {
    (this.json ? process.stderr : process.stdout).write(`${line}\n`);
  }

  /** A line beside what is shown. */
  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** Says what went wrong, on stderr for people and as a document for programs. */
  fail(failure: Failure): void {
    const { code, message, next } = failure;
    if (this.json) this.show({ error: { code, message, ...(next !== undefined && { next }) } }, () => "");
    else {
      this.note(`error: ${message}`);
      if (next !== undefined) this.note(`  ${next}`);
    }
    if (process.env["DEBUG"]) this.note(failure.stack ?? "");
  }
}
