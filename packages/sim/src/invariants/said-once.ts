import type { LogEntry } from "@sluice/core";
import { Violation } from "./violation.ts";

/** Listens to what is logged: that a submission is done is said once, however many collects were at it. */
export class SaidOnce {
  readonly #done = new Set<string>();

  hear({ event, submissionId = "" }: LogEntry): void {
    if (event !== "submissionDone") return;
    if (this.#done.has(submissionId))
      throw new Violation("said once", `${submissionId} is done, it is said for the second time.`);
    this.#done.add(submissionId);
  }

  /** The table is what it was before: what it has forgotten may be said again. */
  restored(): void {
    this.#done.clear();
  }
}
