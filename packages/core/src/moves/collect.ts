import { processedPrefix } from "../bucket/keys.ts";
import { ObjectMissing, OutputIncomplete } from "../errors.ts";
import { jobIdOf, jobIdOfName } from "../ids.ts";
import type { EndedJob, Job } from "../job/job.ts";
import { arnOf, isEnded } from "../job/job.ts";
import type { BedrockJob } from "../ports/batch.ts";
import { finalise } from "../results/finalise.ts";
import { sweepUp } from "../results/sweep-up.ts";
import { bringForward, type Sighting } from "../slots/bring-forward.ts";
import type { Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { plannedOf } from "./planned.ts";
import { settleLoad } from "./settle.ts";

/** How many jobs of a submission are read at a time when its results are joined. */
const JOBS_AT_ONCE = 50;

/** Takes in the event of a job's end: brings the job there, if nobody has yet, and collects it. */
export async function collectEvent(world: World, event: Sighting): Promise<void> {
  const jobId = jobIdOfName(world.stage, event.jobName);
  const job = jobId === undefined ? undefined : await world.store.jobs.get(jobId);
  if (job !== undefined) await collectJob(world, await catchUp(world, job, event));
}

/**
 * Gives every record of an ended job its result or its error, and joins the results of a submission whose last job
 * this was. Repeating it, from the beginning or from wherever it was interrupted, writes the same bytes and counts
 * nothing twice. While Bedrock's output is not all there it asks for itself again later.
 *
 * @param at not before this time, in epoch milliseconds; a message that was delivered early is sent again
 */
export async function collect(world: World, jobId: string, at: number): Promise<void> {
  if (at > world.clock.now()) return world.messages.collect(jobId, at);
  const job = await world.store.jobs.get(jobId);
  if (job !== undefined) await collectJob(world, job);
}

async function collectJob(world: World, job: Job): Promise<void> {
  const { batch, messages, clock, timings } = world;
  const arn = arnOf(job);
  if (isDone(job)) return;
  const seen = arn === undefined ? undefined : await batch.get(arn);
  const ended = seen === undefined ? job : await catchUp(world, job, seen);
  // Not ended after all: the event of its end will come, or the sweep.
  if (!isEnded(ended) || ended.done) return;
  const readyAt = ended.endedAt + timings.graceMs;
  // Completed jobs have a manifest that tells whether all is there; of the others, what exists some time after.
  const hasManifest = ended.status === "Completed" || ended.status === "PartiallyCompleted";
  if (!hasManifest && arn !== undefined && clock.now() < readyAt) return messages.collect(job.jobId, readyAt);
  try {
    await settle(world, ended, seen);
  } catch (error) {
    if (error instanceof OutputIncomplete) await awaitOutput(world, ended, error);
    else if (error instanceof ObjectMissing && !(await isOpen(world, ended))) await settle(world, ended, seen);
    else throw error;
  }
}

/** Two collects may be at one job: the one that is through first takes away what the other is still reading. */
async function isOpen({ store }: World, { submissionId, jobId }: EndedJob): Promise<boolean> {
  return (await store.submissions.get(submissionId))?.openJobs.has(jobId) === true;
}

/** Asks for another collect, ever later, the last one when nothing more is waited for. */
async function awaitOutput(world: World, job: EndedJob, error: OutputIncomplete): Promise<void> {
  const { messages, clock, timings, log } = world;
  const now = clock.now();
  const lastAt = job.endedAt + timings.outputMs;
  // An output that is overwritten just now: the message is delivered again.
  if (now >= lastAt) throw error;
  const { lane, jobId, submissionId } = job;
  log({ level: "warn", event: "outputAwaited", lane, jobId, submissionId, message: error.message });
  await messages.collect(jobId, Math.min(lastAt, now + Math.max(timings.graceMs, now - job.endedAt)));
}

function isDone(job: Job): boolean {
  return isEnded(job) && job.done;
}

/** Brings a job to where it was seen. If that freed a slot here, the lane is woken: refilling is not collect's work. */
async function catchUp(world: World, job: Job, seen: Sighting): Promise<Job> {
  if (isEnded(job)) return job;
  const forwarded = await bringForward(world, job.jobId, seen);
  if (forwarded?.freed !== undefined) await world.messages.wake(job.lane, world.clock.now());
  return forwarded?.job ?? job;
}

async function settle(world: World, job: EndedJob, seen: BedrockJob | undefined): Promise<void> {
  const { store, log } = world;
  const { jobId, submissionId } = job;
  let submission = await store.submissions.get(submissionId);
  if (submission === undefined)
    throw new Error(
      `Job ${jobId} belongs to submission ${submissionId}, which is not in the table. Restore the table.`,
    );
  if (submission.openJobs.has(jobId)) {
    const settled = await settleLoad(world, submission, job);
    await store.jobs.recordOutcome(jobId, {
      ...settled,
      ...(seen?.submittedAt !== undefined && { submittedAt: seen.submittedAt }),
      ...(seen?.endedAt !== undefined && { endedAt: seen.endedAt }),
    });
    submission = await store.submissions.settleSlice(submissionId, jobId, settled);
    log({ level: "info", event: "jobSettled", lane: job.lane, jobId, submissionId, count: job.recordCount });
  }
  if (submission.openJobs.size === 0) await finish(world, submission);
  await store.jobs.markDone(jobId);
}

/** Joins the results of a submission without open jobs. Its prepared input goes once it is Done, and not before. */
async function finish(world: World, submission: Submission): Promise<void> {
  const { store, objects, stage, log } = world;
  const { submissionId, bucket, key, plan, lane } = submission;
  if (plan !== undefined && submission.status !== "Done") {
    // Its jobs can end before the plan that queued them came to its last step.
    if (submission.status === "Planning") await store.submissions.open(submissionId);
    const owner = await store.submissions.claimPath(bucket, key, submissionId);
    const prefix = processedPrefix(key, owner === submissionId, submissionId);
    const jobs = await endedJobs(world, submission, plan.slices);
    const planned = await plannedOf(world, submission, plan, jobs);
    await finalise(objects, submission, jobs, { ...planned, stage }, prefix);
    if (await store.submissions.finish(submissionId))
      log({ level: "info", event: "submissionDone", submissionId, lane, key, count: submission.counts.records });
  }
  await sweepUp(objects, submissionId);
}

/** Every job of a submission, from the base table: an index may not have the last one's outcome yet. */
async function endedJobs({ store }: World, submission: Submission, slices: number): Promise<EndedJob[]> {
  const { submissionId, lastModified } = submission;
  const ids = Array.from({ length: slices }, (_, slice) => jobIdOf(submissionId, lastModified, slice));
  const jobs: EndedJob[] = [];
  for (let from = 0; from < ids.length; from += JOBS_AT_ONCE) {
    const page = await Promise.all(ids.slice(from, from + JOBS_AT_ONCE).map((id) => store.jobs.get(id)));
    for (const job of page) if (job !== undefined && isEnded(job)) jobs.push(job);
  }
  return jobs;
}
