import type { LogEntry } from "../ports/log.ts";
import type { World } from "../world.ts";

/** What a step was about, and what it was doing, in words. */
export interface StepOf extends Pick<LogEntry, "lane" | "jobId" | "submissionId" | "key"> {
  doing: string;
}

/** A step that failed. */
export interface Failure {
  error: unknown;
}

/**
 * Does one step of many by itself: where it fails it is told, and the others go on.
 *
 * @param failures gets how it failed, if it did
 * @returns the same; undefined if it went well
 */
export async function alone(
  { log }: World,
  { doing, ...about }: StepOf,
  step: () => Promise<unknown>,
  failures: Failure[] = [],
): Promise<Failure | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = `${doing} failed: ${said} Everything else goes on, and the next sweep tries this again.`;
    log({ level: "error", event: "stepFailed", ...about, message });
    const failure = { error };
    failures.push(failure);
    return failure;
  }
}
