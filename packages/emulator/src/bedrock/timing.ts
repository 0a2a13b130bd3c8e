import { drawn } from "../responder/seeded.ts";
import type { OpenJob } from "./job.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** A delay is drawn evenly between the two, by the seed, the job and the status. */
export interface DelayRange {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** How long a job stays in each status at speed 1. */
export interface Delays {
  readonly submitted: DelayRange;
  readonly validating: DelayRange;
  readonly scheduled: DelayRange;
  readonly stopping: DelayRange;
  /** InProgress: a start-up, then so much for each record. */
  readonly inProgress: DelayRange;
  readonly perRecordMs: number;
}

/**
 * AWS publishes no times. Validating is "several minutes", and users see a refusal after about five; jobs of one
 * hundred records are reported to take 10 to 15 minutes in all, which the others add up to; Scheduled "can take hours"
 * on a busy day, which this is not. The time for a record is a guess that lets 50,000 records take under an hour.
 */
export const DEFAULT_DELAYS: Delays = {
  submitted: { leastMs: 10 * SECOND_MS, mostMs: 60 * SECOND_MS },
  validating: { leastMs: 3 * MINUTE_MS, mostMs: 6 * MINUTE_MS },
  scheduled: { leastMs: 1 * MINUTE_MS, mostMs: 6 * MINUTE_MS },
  stopping: { leastMs: 20 * SECOND_MS, mostMs: 90 * SECOND_MS },
  inProgress: { leastMs: 2 * MINUTE_MS, mostMs: 5 * MINUTE_MS },
  perRecordMs: 60,
};

/** What a delay depends on besides the job: everything is the same again after a restart. */
export interface Timing {
  readonly delays: Delays;
  /** Divides every delay; 1 is real minutes. */
  readonly speed: number;
  readonly seed: string;
}

function drawnMs(timing: Timing, jobId: string, status: string, range: DelayRange): number {
  return range.leastMs + (range.mostMs - range.leastMs) * drawn(timing.seed, jobId, status);
}

/** How long a job works on its records, in milliseconds, at the timing's speed. */
export function workMs(timing: Timing, jobId: string, records: number): number {
  const startMs = drawnMs(timing, jobId, "InProgress", timing.delays.inProgress);
  return (startMs + records * timing.delays.perRecordMs) / timing.speed;
}

/** How long an open job stays in its status, in milliseconds, at the timing's speed. */
export function delayMs(timing: Timing, job: OpenJob): number {
  const { delays, speed } = timing;
  switch (job.status) {
    case "Submitted":
      return drawnMs(timing, job.jobId, job.status, delays.submitted) / speed;
    case "Validating":
      return drawnMs(timing, job.jobId, job.status, delays.validating) / speed;
    case "Scheduled":
      return drawnMs(timing, job.jobId, job.status, delays.scheduled) / speed;
    case "Stopping":
      return drawnMs(timing, job.jobId, job.status, delays.stopping) / speed;
    case "InProgress":
      return workMs(timing, job.jobId, job.counts.total);
  }
}
