import { jobIdOfName } from "../ids.ts";
import type { Job } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import type { BedrockStatus } from "../job/status.ts";
import { hasEnded, movesForward } from "../job/status.ts";
import type { JobMove } from "../ports.ts";
import type { World } from "../world.ts";
import { outcomeOf, releaseEnded } from "./release.ts";

/** What Bedrock says of a job, in an event, a listing or an answer to Get. */
export interface Sighting {
  jobName: string;
  arn: string;
  modelId: string;
  status: BedrockStatus;
  message?: string;
  /** Events do not carry it. */
  processedRecords?: number;
}

/** The job of ours that an event speaks of; undefined for jobs of other stages and users. */
export async function jobOf(world: World, event: Sighting): Promise<Job | undefined> {
  const jobId = jobIdOfName(world.stage, event.jobName);
  return jobId === undefined ? undefined : world.store.job(jobId);
}

/**
 * Moves a job to where Bedrock says that it is, and releases the slot of an ended one.
 *
 * @returns the job as it is now, and whether a slot came free
 */
export async function moveOn(world: World, job: Job, seen: Sighting): Promise<{ job: Job; released: boolean }> {
  const { store, log } = world;
  let current = job;
  if (movesForward(job.status, seen.status)) {
    current = (await store.moveJob(job.jobId, moveTo(world, seen))) ?? (await store.job(job.jobId)) ?? job;
    const { lane, jobId, submissionId, status } = current;
    log({ level: "info", event: "jobMoved", lane, jobId, submissionId, status });
  }
  if (!hasEnded(current.status)) return { job: current, released: false };
  const outcome = outcomeOf(current.status, await processedRecords(world, current, seen));
  const message = "message" in current ? current.message : seen.message;
  return { job: current, released: await releaseEnded(world, current, outcome, message) };
}

function moveTo({ clock }: World, { status, arn, message }: Sighting): JobMove {
  if (!hasEnded(status)) return { status, arn };
  return { status, arn, at: clock.now(), ...(message && { message }) };
}

/** How much of a failed job was processed: it tells a job that could not begin from one with trouble on the way. */
async function processedRecords({ batch, log }: World, job: Job, seen: Sighting): Promise<number | undefined> {
  if (job.status !== "Failed" || seen.processedRecords !== undefined) return seen.processedRecords;
  try {
    return (await batch.get(arnOf(job) ?? seen.arn))?.processedRecords;
  } catch {
    // The slot must not wait for this; the failure is then not counted.
    log({ level: "warn", event: "countsUnknown", lane: job.lane, jobId: job.jobId });
    return undefined;
  }
}
