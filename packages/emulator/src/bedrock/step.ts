import type { EndedStatus } from "@sluice/core";
import type { BatchJob, CountedFile, StoppingJob, SubmittedJob, ValidatingJob, WorkingJob } from "./job.ts";
import { isEnded, type ScheduledJob } from "./job.ts";
import { delayMs, type Timing, workMs } from "./timing.ts";

/** How a fault wants a job to end; without one it ends as its input and its timeout say. */
export interface JobEnding {
  readonly status: "Failed" | "Expired" | "PartiallyCompleted";
  /** How much of the records is processed before the end, from 0 to 1. */
  readonly processedFraction: number;
  readonly message?: string;
}

/** What becomes of a job next. */
export type JobStep =
  | { readonly kind: "rest" }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "validate"; readonly job: SubmittedJob }
  | { readonly kind: "inspect"; readonly job: ValidatingJob }
  | { readonly kind: "begin"; readonly job: ScheduledJob }
  | {
      readonly kind: "work";
      readonly job: WorkingJob | StoppingJob;
      readonly files: readonly CountedFile[];
      readonly startedAtMs: number;
      readonly durationMs: number;
      /** No more records than these are processed. */
      readonly recordLimit: number;
      readonly endsAs: EndedStatus;
      readonly message?: string;
    }
  | { readonly kind: "end"; readonly status: EndedStatus; readonly message?: string };

const EXPIRED_MESSAGE =
  "The job did not begin before its timeout. Submit it again, with a longer timeoutDurationInHours if the queue is long.";
const FAULT_MESSAGE = "Internal failure (a fault that was asked for).";

function recordsIn(files: readonly CountedFile[]): number {
  return files.reduce((sum, file) => sum + file.records, 0);
}

function workStep(job: WorkingJob, timing: Timing, ending: JobEnding | undefined): JobStep {
  const total = recordsIn(job.files);
  const base = { kind: "work", job, files: job.files, startedAtMs: job.statusSinceMs } as const;
  const durationMs = workMs(timing, job.jobId, total);
  if (ending === undefined || ending.status === "Expired") {
    return { ...base, durationMs, recordLimit: total, endsAs: "Completed" };
  }
  return {
    ...base,
    durationMs,
    recordLimit: Math.floor(total * ending.processedFraction),
    endsAs: ending.status,
    ...(ending.status === "Failed" ? { message: ending.message ?? FAULT_MESSAGE } : {}),
  };
}

function stopStep(job: StoppingJob, nowMs: number, timing: Timing): JobStep {
  if (job.unsealed === undefined) {
    const untilMs = job.statusSinceMs + delayMs(timing, job);
    return nowMs < untilMs ? { kind: "wait", untilMs } : { kind: "end", status: "Stopped" };
  }
  // Only after a crash: how far the work had come is told by the time between its start and the stop.
  const { startedAtMs, files } = job.unsealed;
  const total = recordsIn(files);
  const durationMs = workMs(timing, job.jobId, total);
  const share = durationMs > 0 ? Math.min(1, (job.statusSinceMs - startedAtMs) / durationMs) : 1;
  const recordLimit = Math.floor(total * share);
  return { kind: "work", job, files, startedAtMs, durationMs, recordLimit, endsAs: "Stopped" };
}

/**
 * Decides what becomes of a job, from what is written down about it and the time alone; so a restarted server goes on
 * exactly where the stopped one was.
 */
export function nextStep(job: BatchJob, nowMs: number, timing: Timing, ending: JobEnding | undefined): JobStep {
  if (isEnded(job)) return { kind: "rest" };
  if (job.status === "Stopping") return stopStep(job, nowMs, timing);
  if (job.status === "InProgress") return workStep(job, timing, ending);
  if (nowMs >= job.expiresAtMs) return { kind: "end", status: "Expired", message: EXPIRED_MESSAGE };
  const leavesAtMs = job.statusSinceMs + delayMs(timing, job);
  if (nowMs < leavesAtMs) return { kind: "wait", untilMs: Math.min(leavesAtMs, job.expiresAtMs) };
  if (job.status === "Submitted") return { kind: "validate", job };
  if (job.status === "Validating") {
    return ending?.status === "Failed" && ending.processedFraction === 0
      ? { kind: "end", status: "Failed", message: ending.message ?? FAULT_MESSAGE }
      : { kind: "inspect", job };
  }
  if (ending?.status === "Expired") {
    return { kind: "end", status: "Expired", message: ending.message ?? EXPIRED_MESSAGE };
  }
  return { kind: "begin", job };
}
