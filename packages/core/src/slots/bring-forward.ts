import type { Job, NextStatus } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import type { BedrockStatus } from "../job/status.ts";
import { hasEnded } from "../job/status.ts";
import type { Lane } from "../lane/lane.ts";
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

/** A job after it was brought to where Bedrock says that it is. */
export interface Forwarded {
  job: Job;
  /** Its lane, if the job's slot came free here, as it was right after that. */
  freed?: Lane;
}

/**
 * Brings a job forward to where Bedrock says that it is, and releases the slot of an ended one; undefined if there is no
 * such job. It writes first and reads only if that changed nothing: a slot waits for it.
 */
export async function bringForward(world: World, jobId: string, seen: Sighting): Promise<Forwarded | undefined> {
  const { store, log } = world;
  const changed = await store.jobs.bringForward(jobId, nextStatus(world, seen));
  const job = changed ?? (await store.jobs.get(jobId));
  if (job === undefined) return undefined;
  const { lane, submissionId, status } = job;
  if (changed !== undefined) log({ level: "info", event: "jobStatusChanged", lane, jobId, submissionId, status });
  if (!hasEnded(status)) return { job };
  const outcome = outcomeOf(status, await processedRecords(world, job, seen));
  const freed = await releaseEnded(world, job, outcome);
  return freed === undefined ? { job } : { job, freed };
}

function nextStatus({ clock }: World, { status, arn, message }: Sighting): NextStatus {
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
