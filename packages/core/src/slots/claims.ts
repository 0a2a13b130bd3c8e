import { jobNameOf } from "../ids.ts";
import type { ClaimedJob, Job, PendingJob, QueueEntry } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import { hasEnded } from "../job/status.ts";
import type { Lane } from "../lane/lane.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { isToCome, longestLeaseMs } from "../rules/clocks.ts";
import type { World } from "../world.ts";
import type { Finished, Run, Taken } from "./claim.ts";
import { adopt } from "./claim-ends.ts";
import { endOrWait, heedAnswer } from "./heed-answer.ts";
import { isHeldBack, putBack } from "./hold-back.ts";
import { homeOf, moveHolder, NO_LANE } from "./home.ts";
import { createRequestOf } from "./request.ts";

/** After so many answers of a kind that we do not know, a look-up that finds nothing ends the job. */
const MOST_ODD_ANSWERS = 8;

/**
 * Finishes a claim that was found on the lane. Most of them are in the hands of another run that lives: a look at the
 * job is cheaper than being refused it.
 */
export async function finishFoundClaim(world: World, run: Run, lane: Lane, jobId: string): Promise<Finished> {
  const { store, clock, timings } = world;
  if (run.tried.has(jobId)) return "done";
  const job = await store.jobs.get(jobId);
  const needsNoAsking = await tidy(world, run, lane, jobId, job);
  if (needsNoAsking !== undefined) return needsNoAsking;
  const isLeased = job?.status === "Claimed" && isToCome(job.claim.leaseUntil, longestLeaseMs(timings), clock.now());
  return isLeased && job.claim.owner !== run.owner ? "done" : finishClaim(world, run, lane, jobId);
}

/**
 * Finishes a claim: the job gets its ARN, or its end. What is unknown is rolled forward and never back, because a
 * Create whose answer was lost may have made a job that is paid for.
 */
export async function finishClaim(
  world: World,
  run: Run,
  lane: Lane,
  jobId: string,
  entry?: QueueEntry,
): Promise<Finished> {
  const { store, timings, clock } = world;
  if (run.tried.has(jobId)) return "done";
  const now = clock.now();
  const leaseUntil = now + timings.leaseMs;
  const before = await store.jobs.takeClaim(jobId, run.owner, now, leaseUntil, now + longestLeaseMs(timings));
  const job = before ?? (await store.jobs.get(jobId));
  const needsNoAsking = await tidy(world, run, lane, jobId, job, entry);
  if (needsNoAsking !== undefined) return needsNoAsking;
  if (job?.status !== "Pending" && job?.status !== "Claimed") return "done";
  // Refused although it is ours: only the answer to our taking was lost. What was in doubt before it is lost with it.
  const isOurs = before !== undefined || (job.status === "Claimed" && job.claim.owner === run.owner);
  // Found on a lane that was read a while ago: it may have been put back since, and its slot be another's.
  if (isOurs && entry === undefined && !(await holdsSlot(world, lane, jobId))) return letGo(world, run, job);
  run.tried.add(jobId);
  if (!isOurs) return "done";
  // Whoever learns of its end looks for its slot in the lane that it names.
  if (job.lane !== lane.lane) await store.jobs.moveTo(jobId, lane.lane);
  const { doubt, oddAnswers } = knownOf(job);
  return ask(world, run, lane, { job: { ...job, lane: lane.lane }, doubt, oddAnswers, leaseUntil, proofInMs: 0 });
}

async function holdsSlot({ store }: World, { lane }: Lane, jobId: string): Promise<boolean> {
  return (await store.lanes.get(lane))?.holders.has(jobId) === true;
}

/** Gives a claim back as it was: its job waits in a queue, or has its slot in another lane. */
async function letGo(world: World, run: Run, job: PendingJob | ClaimedJob): Promise<Finished> {
  const { store, messages, clock } = world;
  const now = clock.now();
  await store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil: now, ...knownOf(job).doubt, odd: false });
  const home = homeOf(world, job);
  if (home !== NO_LANE) await messages.wake(home, AT_ONCE);
  return "done";
}

function knownOf(job: PendingJob | ClaimedJob): Pick<Taken, "doubt" | "oddAnswers"> {
  if (job.status === "Pending") return { doubt: {}, oddAnswers: 0 };
  const { doubtSince, absentSince, oddAnswers } = job.claim;
  if (doubtSince === undefined) return { doubt: {}, oddAnswers };
  return { doubt: { doubtSince, ...(absentSince !== undefined && { absentSince }) }, oddAnswers };
}

/** Tidies up after a job that is in no table, has ended, or has its ARN; undefined for one that is still to be asked for. */
async function tidy(
  world: World,
  run: Run,
  lane: Lane,
  jobId: string,
  job: Job | undefined,
  entry?: QueueEntry,
): Promise<Finished | undefined> {
  const { store } = world;
  if (job === undefined || hasEnded(job.status)) {
    await store.lanes.releaseSlot(lane.lane, jobId, "neutral");
    const stale = entry ?? job;
    if (stale !== undefined) await store.queue.drop(stale);
    // Not tried: where the job is in no table, only its entry, met later in this run, tells what is to be dropped.
    return "released";
  }
  if (arnOf(job) === undefined) return undefined;
  run.tried.add(jobId);
  await store.queue.drop(entry ?? job);
  if (job.lane !== lane.lane) {
    // A second entry or slot, of the lane that it was moved from. One in its own lane it has, or gets now: whoever moved
    // it may have died before that.
    await moveHolder(world, jobId, lane.lane, job.lane);
    return "released";
  }
  await store.lanes.finishClaiming(lane.lane, jobId);
  return "done";
}

/** Looks for an unfinished claim of a blocked lane, without asking Bedrock for anything new. */
export async function lookUpClaim(world: World, jobId: string): Promise<void> {
  const { store, batch, clock, stage, timings } = world;
  const job = await store.jobs.get(jobId);
  if (job?.status !== "Claimed" || job.claim.doubtSince === undefined) return;
  if (isToCome(job.claim.leaseUntil, longestLeaseMs(timings), clock.now())) return;
  const { job: found } = await batch.findByName(jobNameOf(stage, jobId));
  if (found !== undefined) await adopt(world, job, found);
}

async function ask(world: World, run: Run, lane: Lane, taken: Taken): Promise<Finished> {
  const { store, batch, stage } = world;
  const { job, doubt, oddAnswers } = taken;
  await store.queue.drop(job);
  let known = taken;
  if (doubt.doubtSince !== undefined) {
    const { job: found, at } = await batch.findByName(jobNameOf(stage, job.jobId));
    if (found !== undefined) return adopt(world, job, found);
    known = lookedAt(world, taken, at);
    if (oddAnswers >= MOST_ODD_ANSWERS) {
      const message = `Bedrock answered ${oddAnswers} times with errors that Sluice does not know.`;
      return endOrWait(world, run, known, message);
    }
  }
  if (isHeldBack(world, lane, job)) return putBack(world, run, lane, known);
  return heedAnswer(world, run, lane, known, await batch.create(createRequestOf(stage, job)));
}

/**
 * What is known after a look-up that found nothing. Only Bedrock's clock tells how long the job has been absent: an
 * instance's may be minutes ahead of the time, and the listing has yet to show the job.
 */
function lookedAt({ timings }: World, taken: Taken, at: number): Taken {
  const absentSince = Math.min(taken.doubt.absentSince ?? at, at);
  const proofInMs = Math.max(0, absentSince + timings.doubtMs - at);
  return { ...taken, doubt: { ...taken.doubt, absentSince }, proofInMs };
}
