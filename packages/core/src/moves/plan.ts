import { isIgnored } from "../bucket/ignored.ts";
import { jobOutputPrefix } from "../bucket/keys.ts";
import { ObjectChanged, ObjectMissing } from "../errors.ts";
import { AGAIN_METADATA, jobIdOf, submissionIdOf } from "../ids.ts";
import type { PlanLimits } from "../intake/limits.ts";
import { type PreparedSlice, prepareDrop, readPrepared } from "../intake/prepare.ts";
import type { PendingJob } from "../job/job.ts";
import { hasEnded } from "../job/status.ts";
import type { ObjectHead } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import { finaliseRefused, type Planned } from "../results/finalise.ts";
import { findPlace } from "../results/folder.ts";
import { sweepUp, sweepUpRun } from "../results/sweep-up.ts";
import { routeOf } from "../settings/route.ts";
import { routeNamed } from "../settings/settings.ts";
import { homeOf, makeLane } from "../slots/home.ts";
import { refill } from "../slots/refill.ts";
import { isUnfinished, type Submission, type SubmissionFacts } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { open } from "./open.ts";
import { type PreparedRun, preparedBefore } from "./prepared-before.ts";
import { doneInBucket, earlierRun, REPEATED, refuseRepeated } from "./repeated.ts";
import { takeOver } from "./take-over.ts";

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
  if (isIgnored(key)) {
    world.log({ level: "info", event: "dropIgnored", key, message: "Its name says that it is no file of records." });
    return;
  }
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const head = await world.objects.head(key);
    if (head === undefined) {
      world.log({ level: "warn", event: "dropGone", key, message: `${key} was deleted before it was planned.` });
      return;
    }
    const { facts, problem } = factsOf(world, head);
    const submission = await world.store.submissions.put(facts);
    tellOther(world, submission, facts);
    try {
      return await planFirst(world, submission, head, problem);
    } catch (error) {
      if (!(error instanceof ObjectChanged || error instanceof ObjectMissing) || error.key !== key) throw error;
      await refuseLost(world, submission);
    }
  }
  await world.messages.plan(key);
}

/** Goes on with a submission whose plan was interrupted. Its object may be another one by now, or gone. */
export async function resumePlan(world: World, submission: Submission): Promise<void> {
  const isPrepared = submission.plan !== undefined || (await preparedBefore(world, submission)) !== undefined;
  if (isPrepared) return goOn(world, submission, undefined);
  if ((await takeOver(world, submission)) !== undefined) return;
  const head = await world.objects.head(submission.key);
  const isOther = head !== undefined && submissionIdOf(submission.bucket, head) !== submission.submissionId;
  if (isOther && head.etag === submission.etag) {
    // The same content was written over it. Whichever of the two has it, the other one is refused.
    const earlier = await earlierRun(world, submission, head.metadata[AGAIN_METADATA]);
    if (earlier !== undefined) return refuseRepeated(world, submission, earlier);
  } else if (head === undefined || isOther) await refuseLost(world, submission);
  if (head !== undefined) await world.messages.plan(submission.key);
}

/** Goes on with a submission, or with the one that has its content. */
async function planFirst(world: World, submission: Submission, head: ObjectHead, problem: Problem | undefined) {
  const isUndecided = submission.status === "Planning" && submission.plan === undefined;
  if (!isUndecided && submission.problem?.code !== REPEATED) return goOn(world, submission, problem);
  const again = head.metadata[AGAIN_METADATA];
  const goOnUnlessDone = async (first: Submission, why: Problem | undefined) => {
    const done = again === undefined && first.plan === undefined ? await doneInBucket(world, first) : undefined;
    return done === undefined ? goOn(world, first, why) : refuseRepeated(world, first, done);
  };
  const earlier = await earlierRun(world, submission, again);
  if (earlier === undefined) return goOnUnlessDone(submission, problem);
  await refuseRepeated(world, submission, earlier);
  // Its own plan may have died, also after its jobs were queued, and its object has become this one; two plans of one
  // submission do no harm.
  if (isUnfinished(earlier)) await goOnUnlessDone(earlier, undefined);
}

/** S3 tells the time in whole seconds: two drops of one content within one of them are one submission, the first. */
function tellOther({ log }: World, { submissionId, key, modelId, priority }: Submission, facts: SubmissionFacts): void {
  if (modelId === facts.modelId && priority === facts.priority) return;
  const message = `It was planned for ${modelId} with priority ${priority}, and this content is not run again for another model or priority. To do that on purpose, drop it with the metadata ${AGAIN_METADATA} and a value that is new.`;
  log({ level: "info", event: "dropRepeated", submissionId, key, message });
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
  if ((await takeOver(world, submission)) !== undefined) return;
  const committed = submission.plan === undefined ? await prepare(world, submission, problem) : submission;
  if (committed?.plan === undefined) return;
  const slices = await preparedSlices(world, committed, committed.plan.run);
  if (slices === undefined) return;
  await makeLane(world, homeOf(world, submission));
  for (let from = 0; from < slices.length; from += JOBS_AT_ONCE)
    await Promise.all(slices.slice(from, from + JOBS_AT_ONCE).map((slice) => queueJob(world, committed, slice)));
  await open(world, committed);
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
  const limits = limitsOf(world, submission);
  const { slices, counts } = await prepareDrop(objects, submission, run, lane, { limits });
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

/** Prepares the object and commits to it; the submission as it is then, or undefined if it is refused. */
async function prepare(
  world: World,
  submission: Submission,
  problem: Problem | undefined,
): Promise<Submission | undefined> {
  const { store, objects } = world;
  const { submissionId, lastModified } = submission;
  const made = (await preparedBefore(world, submission)) ?? (await prepareNow(world, submission, problem));
  if (made === undefined) return refuse(world, submission, {}, laneGone(submission));
  const { run, prepared } = made;
  if (prepared.problem !== undefined)
    return refuse(world, { ...submission, counts: prepared.counts }, prepared, prepared.problem);
  const { slices, counts } = prepared;
  const openJobs = slices.map(({ slice }) => jobIdOf(submissionId, lastModified, slice));
  const committed = await store.submissions.commitPlan(submissionId, { run, slices: slices.length }, counts, openJobs);
  // Another run's plan counts, and its submission may be done already: nobody else would take our files away.
  if (committed.plan?.run !== run) await sweepUpRun(objects, submissionId, run);
  return committed;
}

/** Reads and prepares the object; undefined if its lane is no longer in the settings. */
async function prepareNow(
  world: World,
  submission: Submission,
  problem: Problem | undefined,
): Promise<PreparedRun | undefined> {
  const { objects, ids, settings } = world;
  const lane = settings.lanes[homeOf(world, submission)];
  if (lane === undefined) return undefined;
  const run = ids.run();
  const limits = limitsOf(world, submission);
  const refused = problem === undefined ? {} : { refuse: problem };
  return { run, prepared: await prepareDrop(objects, submission, run, lane, { limits, ...refused }) };
}

function limitsOf({ settings }: World, { route }: Submission): Pick<PlanLimits, "maxJobs" | "small"> {
  const { maxJobs, small } = routeNamed(settings, route);
  return { maxJobs, small };
}

function laneGone({ lane, modelId }: Submission): Problem {
  const message = `The lane ${lane} of the model ${modelId} is no longer in the settings. Add it again, or drop the file under another route.`;
  return { code: "UnknownModel", message };
}

/**
 * Refuses a submission, with its errors where the user looks for results. The plain path stays free for a later drop
 * that is accepted.
 */
async function refuse(world: World, submission: Submission, prepared: Planned, problem: Problem): Promise<undefined> {
  const { store, objects, log } = world;
  const { submissionId, key, lane, counts, plan } = submission;
  const place = await findPlace(objects, submission, false);
  const folder = await store.submissions.chooseFolder(submissionId, place.folder);
  await finaliseRefused(objects, { ...submission, problem }, prepared, folder);
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
  const { submissionId, lastModified, modelId, invocation, timeoutHours, priority } = submission;
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
    ...(prepared.etag !== undefined && { inputEtag: prepared.etag }),
    inputBytes: prepared.sizeBytes,
    recordCount: prepared.records,
    ...(prepared.fillers !== undefined && { fillers: prepared.fillers }),
    outputPrefix: jobOutputPrefix(submissionId, jobId),
    // The bucket's time, not a function's: a clock that is far off must not give a place in the queue.
    rank: lastModified - priority * PRIORITY_STEP_MS,
    enqueuedAt: lastModified,
    status: "Pending",
  };
  const isNew = await store.jobs.put(job);
  const stored = isNew ? job : await store.jobs.get(jobId);
  // After a restore an event may have brought it further before it had an entry: it is met by that, and holds a slot then.
  if (stored !== undefined && !hasEnded(stored.status))
    await store.queue.put({ lane, rank: stored.rank, jobId, modelId });
}
