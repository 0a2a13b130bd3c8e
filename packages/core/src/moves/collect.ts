import { wholeInputKey } from "../bucket/keys.ts";
import { ObjectMissing, OutputIncomplete } from "../errors.ts";
import { jobIdOf, jobIdOfName } from "../ids.ts";
import type { EndedJob, Job } from "../job/job.ts";
import { arnOf, isEnded } from "../job/job.ts";
import type { BedrockJob } from "../ports/batch.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { finalise } from "../results/finalise.ts";
import { findPlace } from "../results/folder.ts";
import { sweepUp } from "../results/sweep-up.ts";
import { isToCome } from "../rules/clocks.ts";
import { bringForward, type Sighting } from "../slots/bring-forward.ts";
import { homeOf } from "../slots/home.ts";
import type { CommittedPlan, Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { open } from "./open.ts";
import { plannedOf } from "./planned.ts";
import { settleLoad } from "./settle.ts";
import { takeOver, takeOverAt } from "./take-over.ts";

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
  const { graceMs, outputMs, skewMs } = world.timings;
  if (isToCome(at, Math.max(graceMs, outputMs) + skewMs, world.clock.now())) return world.messages.collect(jobId, at);
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
  const waitMs = timeLeft(world, ended, seen, timings.graceMs);
  // Completed jobs have a manifest that tells whether all is there; of the others, what exists some time after.
  const hasManifest = ended.status === "Completed" || ended.status === "PartiallyCompleted";
  if (!hasManifest && arn !== undefined && waitMs > 0) return messages.collect(job.jobId, clock.now() + waitMs);
  const outputMs = timeLeft(world, ended, seen, timings.outputMs);
  const settleNow = () => settle(world, ended, seen, outputMs <= 0);
  try {
    await settleNow();
  } catch (error) {
    if (error instanceof OutputIncomplete) await awaitOutput(world, ended, error, outputMs);
    else if (error instanceof ObjectMissing && !(await isOpen(world, ended))) await settleNow();
    else throw error;
  }
}

/** Two collects may be at one job: the one that is through first takes away what the other is still reading. */
async function isOpen({ store }: World, { submissionId, jobId }: EndedJob): Promise<boolean> {
  return (await store.submissions.get(submissionId))?.openJobs.has(jobId) === true;
}

/** Asks for another collect, ever later, the last one when nothing more is waited for: in `leftMs`. */
async function awaitOutput(world: World, job: EndedJob, error: OutputIncomplete, leftMs: number): Promise<void> {
  const { messages, clock, timings, log } = world;
  // An output that is overwritten just now: the message is delivered again.
  if (leftMs <= 0) throw error;
  const { lane, jobId, submissionId } = job;
  log({ level: "warn", event: "outputAwaited", lane, jobId, submissionId, message: error.message });
  const waitMs = Math.min(leftMs, Math.max(timings.graceMs, timings.outputMs - leftMs));
  await messages.collect(jobId, clock.now() + waitMs);
}

/** What is left of a time that begins with the job's end, in milliseconds: by Bedrock's clock where it tells both times. */
function timeLeft({ clock }: World, job: EndedJob, seen: BedrockJob | undefined, ms: number): number {
  const endedAt = seen?.endedAt ?? job.endedAt;
  const now = seen?.endedAt === undefined ? clock.now() : (seen.reportedAt ?? clock.now());
  // An end that lies far ahead is a wrong clock's, and nobody waits for it.
  return Math.min(ms, endedAt + ms - now);
}

function isDone(job: Job): boolean {
  return isEnded(job) && job.done;
}

/** Brings a job to where it was seen. If that freed a slot here, the lane is woken: refilling is not collect's work. */
async function catchUp(world: World, job: Job, seen: Sighting): Promise<Job> {
  if (isEnded(job)) return job;
  const forwarded = await bringForward(world, job.jobId, seen);
  if (forwarded?.freed !== undefined) await world.messages.wake(homeOf(world, job), AT_ONCE);
  return forwarded?.job ?? job;
}

async function settle(
  world: World,
  job: EndedJob,
  seen: BedrockJob | undefined,
  takesWhatIsThere: boolean,
): Promise<void> {
  const { store } = world;
  const { jobId, submissionId } = job;
  let submission = await store.submissions.get(submissionId);
  if (submission === undefined)
    throw new Error(
      `Job ${jobId} belongs to submission ${submissionId}, which is not in the table. Restore the table.`,
    );
  if (submission.openJobs.has(jobId))
    submission =
      (await sweptUp(world, submission, job)) ?? (await settleRecords(world, submission, job, seen, takesWhatIsThere));
  const hasEnded = submission.openJobs.size === 0;
  if (hasEnded) await finish(world, submission, jobId);
  await store.jobs.markDone(jobId, hasEnded);
}

/** What was prepared is swept up once the results are written: if it is gone, the table may know less than the bucket. */
async function sweptUp(world: World, submission: Submission, job: EndedJob): Promise<Submission | undefined> {
  const isGone = (await world.objects.head(wholeInputKey(job.inputKey))) === undefined;
  return isGone ? takeOver(world, submission) : undefined;
}

async function settleRecords(
  world: World,
  before: Submission,
  job: EndedJob,
  seen: BedrockJob | undefined,
  takesWhatIsThere: boolean,
): Promise<Submission> {
  const { store, log } = world;
  const { jobId, submissionId } = job;
  const settled = await settleLoad(world, before, job, takesWhatIsThere);
  await store.jobs.recordOutcome(jobId, {
    ...settled,
    ...(seen?.submittedAt !== undefined && { submittedAt: seen.submittedAt }),
    ...(seen?.endedAt !== undefined && { endedAt: seen.endedAt }),
  });
  const submission = await store.submissions.settleSlice(submissionId, jobId, settled);
  log({ level: "info", event: "jobSettled", lane: job.lane, jobId, submissionId, count: job.recordCount });
  return submission;
}

/**
 * Joins the results of a submission without open jobs. Its prepared input goes once it is Done, and not before; from
 * then on the table may forget its jobs, of which the last is marked by whoever collects it.
 */
async function finish(world: World, submission: Submission, lastJobId: string): Promise<void> {
  const { store, objects } = world;
  const { submissionId, plan } = submission;
  if (plan !== undefined && submission.status !== "Done") await join(world, submission, plan);
  await sweepUp(objects, submissionId);
  const ids = jobIdsOf(submission).filter((id) => id !== lastJobId);
  for (let from = 0; from < ids.length; from += JOBS_AT_ONCE)
    await Promise.all(ids.slice(from, from + JOBS_AT_ONCE).map((id) => store.jobs.markDone(id, true)));
}

async function join(world: World, submission: Submission, plan: CommittedPlan): Promise<void> {
  const { store, objects, stage, log } = world;
  const { submissionId, bucket, key, lane } = submission;
  // Its jobs can end before the plan that queued them came to its last step.
  if (submission.status === "Planning") await open(world, submission);
  const owner = await store.submissions.claimPath(bucket, key, submissionId);
  const place = await findPlace(objects, submission, owner === submissionId);
  if (submission.folder === undefined && (await takeOverAt(world, submission, place)) !== undefined) return;
  let { folder } = place;
  if (place.summary === undefined || place.summary.status === "Refused") {
    const jobs = await endedJobs(world, submission);
    const planned = await plannedOf(world, submission, plan, jobs);
    folder = await store.submissions.chooseFolder(submissionId, place.folder);
    await finalise(objects, submission, jobs, { ...planned, stage }, folder);
  }
  if (!(await store.submissions.finish(submissionId))) return;
  const { counts } = submission;
  // One of which nothing came back did not go well, however well its jobs ended.
  const level = counts.results === 0 && counts.errors > 0 ? "warn" : "info";
  log({ level, event: "submissionDone", submissionId, lane, key, count: counts.records, ...counts, prefix: folder });
}

function jobIdsOf({ submissionId, lastModified, plan }: Submission): string[] {
  return Array.from({ length: plan?.slices ?? 0 }, (_, slice) => jobIdOf(submissionId, lastModified, slice));
}

/** Every job of a submission, from the base table: an index may not have the last one's outcome yet. */
async function endedJobs({ store }: World, submission: Submission): Promise<EndedJob[]> {
  const ids = jobIdsOf(submission);
  const jobs: EndedJob[] = [];
  for (let from = 0; from < ids.length; from += JOBS_AT_ONCE) {
    const page = await Promise.all(ids.slice(from, from + JOBS_AT_ONCE).map((id) => store.jobs.get(id)));
    for (const job of page) if (job !== undefined && isEnded(job)) jobs.push(job);
  }
  return jobs;
}
