/**
 * The statuses of a job, in the order in which a job goes through them: a status only ever moves forward.
 * `Pending` and `Claimed` are ours; all others are Bedrock's own words.
 */
export const jobStatuses = [
  /** Waits for a slot. Left by a refill that won a slot; a crash leaves it here, and the next refill sees its entry. */
  "Pending",
  /** Holds a slot, and Bedrock is being asked. Left by whoever learns its ARN or its refusal: this refill, the next, or an event. Never undone. */
  "Claimed",
  /** Bedrock has it. Left by events; a lost event is repaired by the sweep's listing. */
  "Submitted",
  /** Bedrock checks role, form and counts. Left as `Submitted` is. */
  "Validating",
  /** Bedrock waits for capacity, sometimes for hours. Left as `Submitted` is. */
  "Scheduled",
  /** Bedrock works on the records. Left as `Submitted` is. */
  "InProgress",
  /** Somebody asked Bedrock to stop it. Left as `Submitted` is. */
  "Stopping",
  /** Every record was tried. Left by nobody; collect settles it. */
  "Completed",
  /** Its time ran out; what was processed is in the output and paid for. Left by nobody; collect settles it. */
  "PartiallyCompleted",
  /** Bedrock refused or gave up. Left by nobody; collect settles it. */
  "Failed",
  /** Stopped on request. Left by nobody; collect settles it. */
  "Stopped",
  /** It did not begin before its timeout. Left by nobody; collect settles it. */
  "Expired",
] as const;

export type JobStatus = (typeof jobStatuses)[number];
export type EndedStatus = "Completed" | "PartiallyCompleted" | "Failed" | "Stopped" | "Expired";
export type RunningStatus = "Submitted" | "Validating" | "Scheduled" | "InProgress" | "Stopping";
/** The statuses that Bedrock itself reports. */
export type BedrockStatus = RunningStatus | EndedStatus;

const ENDED_RANK = jobStatuses.indexOf("Completed");

/** How far along a status is. All ended statuses share one rank, so that no end replaces another. */
export function rankOf(status: JobStatus): number {
  return Math.min(jobStatuses.indexOf(status), ENDED_RANK);
}

/** True for a status that nothing leaves: the job's slot can be given to another. */
export function hasEnded(status: JobStatus): status is EndedStatus {
  return rankOf(status) === ENDED_RANK;
}

/** True if `to` is further on than `from`: a late or repeated event tells of a status that is not. */
export function isForward(from: JobStatus, to: JobStatus): boolean {
  return rankOf(to) > rankOf(from);
}

/** Reads a status that Bedrock reported; undefined for a word that we do not know. */
export function bedrockStatus(word: string | undefined): BedrockStatus | undefined {
  const status = jobStatuses.find((known) => known === word);
  return status === "Pending" || status === "Claimed" ? undefined : status;
}
