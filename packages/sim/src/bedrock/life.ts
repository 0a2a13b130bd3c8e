import type { BedrockStatus } from "@sluice/core";
import type { Chance } from "../schedule/chance.ts";
import { type BedrockScript, SECOND_MS } from "../script/script.ts";

/** What happens to a job in Bedrock, and how long after the step before. */
export interface Step {
  status: BedrockStatus;
  afterMs: number;
}

/** The life of a job, from the moment it is made; its last step is its end. */
export function drawLife({ longestMs, leastRunningMs, ends }: BedrockScript, chance: Chance): Step[] {
  const work = () => chance.magnitude(leastRunningMs, leastRunningMs + longestMs.running);
  const pause = (mostMs: number) => chance.magnitude(SECOND_MS / 10, SECOND_MS + mostMs);
  const validating = { status: "Validating", afterMs: pause(SECOND_MS) } as const;
  const scheduled = { status: "Scheduled", afterMs: pause(longestMs.validating) } as const;
  const inProgress = { status: "InProgress", afterMs: pause(longestMs.scheduled) } as const;
  const end = (status: BedrockStatus, mostMs: number): Step => ({ status, afterMs: pause(mostMs) });
  const endOfWork = (status: BedrockStatus): Step => ({ status, afterMs: work() });
  let fate = chance.fraction();
  const isFate = (share: number) => {
    const before = fate;
    fate -= share;
    return before >= 0 && fate < 0;
  };
  if (isFate(ends.failsAtOnce)) return [validating, end("Failed", longestMs.validating)];
  if (isFate(ends.expires)) return [validating, scheduled, end("Expired", longestMs.scheduled)];
  const running = [validating, scheduled, inProgress];
  if (isFate(ends.failsLate)) return [...running, endOfWork("Failed")];
  if (isFate(ends.partial)) return [...running, endOfWork("PartiallyCompleted")];
  if (isFate(ends.stops)) return [...running, endOfWork("Stopping"), { status: "Stopped", afterMs: pause(SECOND_MS) }];
  return [...running, endOfWork("Completed")];
}

/** The life of a job that completes after a given time, most of which goes into its records. */
export function lifeOf(lastsMs: number): Step[] {
  const shares = { Validating: 0.01, Scheduled: 0.05, InProgress: 0.04, Completed: 0.9 } as const;
  return Object.entries(shares).map(([status, share]) => ({
    status: status as BedrockStatus,
    afterMs: share * lastsMs,
  }));
}
