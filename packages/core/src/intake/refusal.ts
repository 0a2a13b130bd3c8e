import type { Problem } from "../problem.ts";

/** The bytes are no file of records at all; its problem says what they are and what to do. */
export class DocumentRefused extends Error {
  readonly problem: Problem;

  constructor(code: string, message: string) {
    super(message);
    this.name = "DocumentRefused";
    this.problem = { code, message };
  }
}
