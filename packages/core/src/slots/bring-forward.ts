import type { Job, NextStatus } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import type { BedrockStatus } from "../job/status.ts";
import { hasEnded, isForward } from "../job/status.ts";
import type { Lane } from "../lane/lane.ts";
import type { World } from "../world.ts";
import { homeOf, NO_LANE } from "./home.ts";
import { outcomeOf, releaseEnded } from "./release.ts";

/** What Bedrock says of a job, in an event, a listing or an answer to Get. */
export interface Sighting {
  jobName: string;
  arn: string;
  modelId: string;
  status: BedrockStatus;
  message?: string;
  /** Events carry neither. */
  inputKey?: string;
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
 * such job, or if what was seen only bears its name. It writes first and reads only if that changed nothing: a slot
 * waits for it.
 */
export async function bringForward(world: World, jobId: string, seen: Sighting): Promise<Forwarded | undefined> {
  const { store, log } = world;
  const next = nextStatus(world, seen);
  let changed = await store.jobs.bringForward(jobId, { ...next, knownArn: true });
  let job = changed ?? (await store.jobs.get(jobId));
  if (job === undefined) return undefined;
  if (changed === undefined && !(await isOurs(world, job, seen))) return undefined;
  // It had no ARN when it was to be changed; another event may have brought one by the time that it was read.
  if (changed === undefined && isForward(job.status, seen.status)) {
    changed = await store.jobs.bringForward(jobId, next);
    job = changed ?? (await store.jobs.get(jobId)) ?? job;
  }
  const { lane, submissionId, status } = job;
  if (changed !== undefined) log({ level: "info", event: "jobStatusChanged", lane, jobId, submissionId, status });
  if (!hasEnded(status)) return { job };
  const outcome = outcomeOf(status, await processedRecords(world, job, seen));
  const home = homeOf(world, job);
  // Where a move to another lane was interrupted, the slot is still in the one that has its model.
  const freed =
    (await releaseEnded(world, job, outcome)) ??
    (home === lane || home === NO_LANE ? undefined : await releaseEnded(world, { ...job, lane: home }, outcome));
  return freed === undefined ? { job } : { job, freed };
}

/**
 * Whether Bedrock's job is ours: anybody in the account can give a job our name, and an event tells of no input. One that
 * has ended here without an ARN is compared as well: what it is told of changes nothing.
 */
async function isOurs({ batch, log }: World, job: Job, seen: Sighting): Promise<boolean> {
  const arn = arnOf(job);
  const inputKey = arn === undefined ? (seen.inputKey ?? (await batch.get(seen.arn))?.inputKey) : undefined;
  if (arn === undefined ? inputKey === job.inputKey : arn === seen.arn) return true;
  const message = `Bedrock has a job named ${seen.jobName} (${seen.arn}) that is not ours${arn === undefined ? ": it reads another input" : `: ours is ${arn}`}. It is left alone. If another table uses this stage's name in this account, deploy this stage under another name.`;
  log({ level: "warn", event: "foreignJob", lane: job.lane, jobId: job.jobId, status: seen.status, message });
  return false;
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
