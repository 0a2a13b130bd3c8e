import { DROPS_PREFIX, jobOutputPrefix, processedPrefix } from "../bucket/keys.ts";
import { ObjectChanged, ObjectMissing } from "../errors.ts";
import { jobIdOf, submissionIdOf } from "../ids.ts";
import { type PreparedSlice, prepareDrop, readPrepared } from "../intake/prepare.ts";
import type { PendingJob } from "../job/job.ts";
import type { ObjectHead } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import { finaliseRefused } from "../results/finalise.ts";
import { sweepUp, sweepUpRun } from "../results/sweep-up.ts";
import { routeOf } from "../settings/route.ts";
import { homeOf } from "../slots/home.ts";
import { refill } from "../slots/refill.ts";
import type { Submission, SubmissionFacts } from "../submission/submission.ts";
import type { World } from "../world.ts";

/** What a step of priority is worth in waiting time: six hours, so that nothing starves. */
const PRIORITY_STEP_MS = 6 * 60 * 60_000;
/** How often one run begins again because the object was overwritten while it was read. */
const MOST_READINGS = 3;
/** How many jobs are put into the table at a time. */
const JOBS_AT_ONCE = 20;

/**
 * Takes in a dropped object: checks every record, prepares the jobs' inputs, queues the jobs and refills their lane.
 * Doing it again, from the beginning or from wherever it was interrupted, changes nothing.
 */
export async function plan(world: World, key: string): Promise<void> {
  // A folder's marker is no drop.
  if (!key.startsWith(DROPS_PREFIX) || key.endsWith("/")) return;
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const head = await world.objects.head(key);
    if (head === undefined) {
      world.log({ level: "warn", event: "dropGone", key, message: `${key} was deleted before it was planned.` });
      return;
    }
    const { facts, problem } = factsOf(world, head);
    const submission = await world.store.submissions.put(facts);
    try {
      return await goOn(world, submission, problem);
    } catch (error) {
      if (!(error instanceof ObjectChanged || error instanceof ObjectMissing) || error.key !== key) throw error;
      await refuseLost(world, submission);
    }
  }
  await world.messages.plan(key);
}

/** Goes on with a submission whose plan was interrupted. Its object may be another one by now, or gone. */
export async function resumePlan(world: World, submission: Submission): Promise<void> {
  if (submission.plan !== undefined) return goOn(world, submission, undefined);
  const head = await world.objects.head(submission.key);
  if (head === undefined || submissionIdOf(submission.bucket, head) !== submission.submissionId)
    await refuseLost(world, submission);
  if (head !== undefined) await world.messages.plan(submission.key);
}

function factsOf({ settings, objects, clock }: World, head: ObjectHead): { facts: SubmissionFacts; problem?: Problem } {
  const { routed, problem } = routeOf(settings, head.key, head.metadata);
  const { key, etag, lastModified, sizeBytes } = head;
  const { route, lane, model, invocation, timeoutHours, priority } = routed;
  const facts: SubmissionFacts = {
    submissionId: submissionIdOf(objects.bucket, head),
    bucket: objects.bucket,
    key,
    etag,
    lastModified,
    sizeBytes,
    seenAt: clock.now(),
    ...(route !== undefined && { route }),
    lane,
    modelId: model,
    invocation,
    ...(timeoutHours !== undefined && { timeoutHours }),
    priority,
  };
  return problem === undefined ? { facts } : { facts, problem };
}

async function goOn(world: World, submission: Submission, problem: Problem | undefined): Promise<void> {
  if (submission.status !== "Planning") {
    // A repeated message: what the first may not have reached is done again.
    if (submission.status === "Open") await refill(world, homeOf(world, submission));
    return;
  }
  const committed = submission.plan === undefined ? await prepare(world, submission, problem) : submission;
  if (committed?.plan === undefined) return;
  const { submissionId, lane, key, plan } = committed;
  const slices = await preparedSlices(world, committed, plan.run);
  if (slices === undefined) return;
  for (let from = 0; from < slices.length; from += JOBS_AT_ONCE)
    await Promise.all(slices.slice(from, from + JOBS_AT_ONCE).map((slice) => queueJob(world, committed, slice)));
  await world.store.submissions.open(submissionId);
  world.log({ level: "info", event: "planned", submissionId, lane, key, count: slices.length });
  await refill(world, homeOf(world, submission));
}

/** The slices that a committed run prepared; undefined if they are lost for good, and the submission is refused. */
async function preparedSlices(world: World, submission: Submission, run: string): Promise<PreparedSlice[] | undefined> {
  const { objects } = world;
  const { submissionId, bucket, key } = submission;
  try {
    return (await readPrepared(objects, submissionId, run)).slices;
  } catch (error) {
    if (!(error instanceof ObjectMissing)) throw error;
  }
  const head = await objects.head(key);
  const isThere = head !== undefined && submissionIdOf(bucket, head) === submissionId;
  const again = isThere ? await prepareAgain(world, submission, run) : undefined;
  const problem = again === undefined ? planLost(submission, isThere) : undefined;
  world.log({ level: "warn", event: "planLost", submissionId, key, ...(problem && { message: problem.message }) });
  if (problem !== undefined) await refuse(world, submission, {}, problem);
  return again;
}

/** Writes a run's files once more, from the same object: they are the same, unless the settings are others by now. */
async function prepareAgain(world: World, submission: Submission, run: string): Promise<PreparedSlice[] | undefined> {
  const { objects, settings } = world;
  const lane = settings.lanes[homeOf(world, submission)];
  if (lane === undefined) return undefined;
  const { slices, counts } = await prepareDrop(objects, submission, run, lane);
  const isSame = slices.length === submission.plan?.slices && counts.records === submission.counts.records;
  return isSame ? slices : undefined;
}

function planLost({ key }: Submission, isThere: boolean): Problem {
  const why = isThere
    ? "the lane has other bounds for its jobs by now, so the file would be split in another way"
    : "the file was overwritten or deleted meanwhile";
  const message = `What was prepared of ${key} was deleted from staging/ before its jobs were queued, and ${why}. Drop it again, under another name if another file took its place.`;
  return { code: "PlanLost", message };
}

/** Reads and prepares the object; the submission as it is after the commit, or undefined if it is refused. */
async function prepare(
  world: World,
  submission: Submission,
  problem: Problem | undefined,
): Promise<Submission | undefined> {
  const { store, objects, ids, settings } = world;
  const { submissionId, lastModified } = submission;
  const lane = settings.lanes[homeOf(world, submission)];
  if (lane === undefined) return refuse(world, submission, {}, laneGone(submission));
  const run = ids.run();
  const prepared = await prepareDrop(objects, submission, run, lane, problem === undefined ? {} : { refuse: problem });
  if (prepared.problem !== undefined)
    return refuse(world, { ...submission, counts: prepared.counts }, prepared, prepared.problem);
  const { slices, counts } = prepared;
  const openJobs = slices.map(({ slice }) => jobIdOf(submissionId, lastModified, slice));
  const committed = await store.submissions.commitPlan(submissionId, { run, slices: slices.length }, counts, openJobs);
  // Another run's plan counts, and its submission may be done already: nobody else would take our files away.
  if (committed.plan?.run !== run) await sweepUpRun(objects, submissionId, run);
  return committed;
}

function laneGone({ lane, modelId }: Submission): Problem {
  const message = `The lane ${lane} of the model ${modelId} is no longer in the settings. Add it again, or drop the file under another route.`;
  return { code: "UnknownModel", message };
}

/**
 * Refuses a submission, with its errors where the user looks for results. The plain path stays free for a later drop
 * that is accepted.
 */
async function refuse(
  world: World,
  submission: Submission,
  prepared: { errorsKey?: string },
  problem: Problem,
): Promise<undefined> {
  const { store, objects, log } = world;
  const { submissionId, key, lane, counts, plan } = submission;
  await finaliseRefused(objects, { ...submission, problem }, prepared, processedPrefix(key, false, submissionId));
  if (!(await store.submissions.refuse(submissionId, problem, counts, plan?.run))) return;
  await sweepUp(objects, submissionId);
  log({ level: "warn", event: "refused", submissionId, key, lane, status: problem.code, message: problem.message });
}

/** Refuses a submission whose object was overwritten or deleted before it was read: its records are gone. */
async function refuseLost(world: World, submission: Submission): Promise<void> {
  await refuse(
    world,
    submission,
    {},
    {
      code: "Overwritten",
      message: `${submission.key} was overwritten or deleted before it was read. What took its place is a submission of its own; drop the lost content again under another name.`,
    },
  );
}

/** The entry comes last: whoever sees it finds the job. Rank and ids are derived, so that a repetition meets its own. */
async function queueJob(world: World, submission: Submission, prepared: PreparedSlice): Promise<void> {
  const { store } = world;
  const lane = homeOf(world, submission);
  const { submissionId, lastModified, modelId, invocation, timeoutHours, seenAt, priority } = submission;
  const jobId = jobIdOf(submissionId, lastModified, prepared.slice);
  const job: PendingJob = {
    jobId,
    submissionId,
    slice: prepared.slice,
    lane,
    modelId,
    invocation,
    ...(timeoutHours !== undefined && { timeoutHours }),
    inputKey: prepared.inputKey,
    inputBytes: prepared.sizeBytes,
    recordCount: prepared.records,
    outputPrefix: jobOutputPrefix(submissionId, jobId),
    rank: seenAt - priority * PRIORITY_STEP_MS,
    enqueuedAt: seenAt,
    status: "Pending",
  };
  const isNew = await store.jobs.put(job);
  if (isNew || (await store.jobs.get(jobId))?.status === "Pending")
    await store.queue.put({ lane, rank: job.rank, jobId, modelId });
}
