import { jobNameOf } from "../ids.ts";
import type { Claim, ClaimedJob, Job, PendingJob, QueueEntry } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import { hasEnded } from "../job/status.ts";
import type { BlockKind, Lane } from "../lane/lane.ts";
import { modelBlock } from "../lane/lane.ts";
import { modelName } from "../model/model-name.ts";
import type { BedrockJob, CreateAnswer } from "../ports/batch.ts";
import { blockFor } from "../rules/back-off.ts";
import { isToCome, longestBlocks, longestLeaseMs } from "../rules/clocks.ts";
import type { World } from "../world.ts";
import { bringForward } from "./bring-forward.ts";
import { homeOf, NO_LANE } from "./home.ts";
import { releaseEnded } from "./release.ts";
import { createRequestOf } from "./request.ts";

/** How a run left a claimed job. */
export type Finished =
  /** Its ARN is stored, or asking goes on later: go on with the next. */
  | "done"
  /** Its slot was given back: the lane must be read again before anything else is claimed. */
  | "released"
  /** The lane is blocked now: claim nothing more. */
  | "blocked";

/** After so many answers of a kind that we do not know, a look-up that finds nothing ends the job. */
const MOST_ODD_ANSWERS = 8;

/** One refill: its name, what it has tried, for it asks for each job once at most, and what of it failed. */
export interface Run {
  owner: string;
  tried: Set<string>;
  failures: unknown[];
}

/** A job that this run has taken, and what was known of it before. */
interface Taken {
  job: PendingJob | ClaimedJob;
  /** What earlier calls left unknown; empty if every one was answered. */
  doubt: Doubt;
  oddAnswers: number;
  leaseUntil: number;
  /** How long it takes until a look-up can prove that no earlier call created the job; 0 if this run's proved it. */
  proofInMs: number;
}
type Doubt = Pick<Claim, "doubtSince" | "absentSince">;

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
  run.tried.add(jobId);
  if (job?.status !== "Pending" && job?.status !== "Claimed") return "done";
  // Refused although it is ours: only the answer to our taking was lost. What was in doubt before it is lost with it.
  if (before === undefined && !(job.status === "Claimed" && job.claim.owner === run.owner)) return "done";
  // Whoever learns of its end looks for its slot in the lane that it names.
  if (job.lane !== lane.lane) await store.jobs.moveTo(jobId, lane.lane);
  const { doubt, oddAnswers } = knownOf(job);
  return ask(world, run, lane, { job: { ...job, lane: lane.lane }, doubt, oddAnswers, leaseUntil, proofInMs: 0 });
}

function knownOf(job: PendingJob | ClaimedJob): Pick<Taken, "doubt" | "oddAnswers"> {
  if (job.status === "Pending") return { doubt: {}, oddAnswers: 0 };
  const { doubtSince, absentSince, oddAnswers } = job.claim;
  if (doubtSince === undefined) return { doubt: {}, oddAnswers };
  return { doubt: { doubtSince, ...(absentSince !== undefined && { absentSince }) }, oddAnswers };
}

/** Tidies up after a job that is in no table, has ended, or has its ARN; undefined for one that is still to be asked for. */
async function tidy(
  { store }: World,
  run: Run,
  lane: Lane,
  jobId: string,
  job: Job | undefined,
  entry?: QueueEntry,
): Promise<Finished | undefined> {
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
    // A second entry, of the lane that it was moved from: its slot is in its own lane.
    await store.lanes.releaseSlot(lane.lane, jobId, "neutral");
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

/** True if Bedrock must not be asked for this job now, although it holds a slot: what was claimed before counts too. */
function isHeldBack(world: World, lane: Lane, job: Job): boolean {
  const { clock, timings, settingsVersion = 0 } = world;
  const isOver = lane.holders.size > lane.limit;
  const isElsewhere = lane.settingsVersion <= settingsVersion && homeOf(world, job) !== lane.lane;
  const isBlocked = modelBlock(lane, job.modelId, clock.now(), longestBlocks(timings)) !== undefined;
  return lane.limit < 1 || isOver || isElsewhere || isBlocked;
}

/**
 * Gives a claim's slot to others, and its place in the queue back to the job. Where a call's outcome is unknown it keeps
 * the slot until a look-up that finds nothing is proof: that call may have made a job.
 */
async function putBack(world: World, run: Run, lane: Lane, taken: Taken): Promise<Finished> {
  const { store, messages, clock, timings } = world;
  const { job, doubt, proofInMs } = taken;
  const { jobId, rank, modelId } = job;
  if (proofInMs > 0) return waitForProof(world, run, taken);
  const now = clock.now();
  const home = homeOf(world, job);
  const left = { odd: false, ...doubt };
  // Nobody may take the claim before its slot is free, however long this run sleeps: longer than any run lives.
  const isOurs = await store.jobs.yieldClaim(jobId, run.owner, { ...left, leaseUntil: now + timings.overdueMs });
  if (!isOurs) return "done";
  await store.queue.put({ lane: home, rank, jobId, modelId });
  await store.lanes.releaseSlot(lane.lane, jobId, "neutral");
  await store.jobs.yieldClaim(jobId, "", { ...left, leaseUntil: now });
  if (home !== lane.lane && home !== NO_LANE) await messages.wake(home, now);
  return "released";
}

async function heedAnswer(world: World, run: Run, lane: Lane, taken: Taken, answer: CreateAnswer): Promise<Finished> {
  const { store, batch, messages, stage, clock, log } = world;
  const { job } = taken;
  switch (answer.kind) {
    case "created":
      if (lane.block !== undefined) await store.lanes.liftBlock(lane.lane, ["quota", "throttled", "denied"]);
      if (lane.modelBlocks.has(modelName(job.modelId)))
        await store.lanes.liftModelBlock(lane.lane, modelName(job.modelId));
      return storeArn(world, job, answer.arn);
    case "quotaExceeded":
      return block(world, run, lane, taken, "quota", answer.message);
    case "throttled":
      return block(world, run, lane, taken, "throttled", answer.message);
    case "denied":
      return blockModel(world, run, lane, taken, answer.message);
    case "invalid":
      return refused(world, run, taken, answer.message);
    case "conflict": {
      const { job: found } = await batch.findByName(jobNameOf(stage, job.jobId));
      if (found !== undefined) return adopt(world, job, found);
      break;
    }
    case "odd":
      await store.jobs.yieldClaim(job.jobId, run.owner, {
        leaseUntil: taken.leaseUntil,
        doubtSince: clock.now(),
        odd: true,
      });
      break;
    case "unknown":
      break;
  }
  const { message } = answer;
  log({ level: "warn", event: "createUnknown", lane: lane.lane, jobId: job.jobId, status: answer.kind, message });
  await messages.wake(lane.lane, taken.leaseUntil);
  return "done";
}

/**
 * Bedrock takes the request for invalid. That may only say that the name is taken: by the job of an earlier call, or by
 * one that this table has forgotten because an earlier state of it was restored. So nothing fails that is not looked for.
 */
async function refused(world: World, run: Run, taken: Taken, message: string): Promise<Finished> {
  const { job, doubt } = taken;
  if (doubt.doubtSince === undefined) {
    const { job: found } = await world.batch.findByName(jobNameOf(world.stage, job.jobId));
    if (found !== undefined) return adopt(world, job, found);
  }
  return endOrWait(world, run, taken, message);
}

/** Ends a job that Bedrock does not take, once it is proven that no earlier call created it. */
function endOrWait(world: World, run: Run, taken: Taken, message: string): Promise<Finished> {
  return taken.proofInMs > 0 ? waitForProof(world, run, taken) : failJob(world, taken.job, message, run.owner);
}

/** Leaves the claim alone until a look-up that finds nothing proves that no earlier call created the job. */
async function waitForProof(world: World, run: Run, { job, doubt, proofInMs }: Taken): Promise<Finished> {
  const leaseUntil = world.clock.now() + proofInMs;
  await world.messages.wake(job.lane, leaseUntil);
  await world.store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil, ...doubt, odd: false });
  return "done";
}

/** Bedrock takes nothing for now: the job keeps its slot and its place, and the lane waits. */
async function block(
  world: World,
  run: Run,
  lane: Lane,
  taken: Taken,
  kind: BlockKind,
  reason: string,
): Promise<Finished> {
  const { store, messages, clock, timings, log } = world;
  const { job, doubt } = taken;
  const block = blockFor(lane.block, kind, reason, clock.now(), timings);
  // The message first: a crash between the two then wakes the lane once for nothing, instead of never.
  await messages.wake(lane.lane, block.until);
  await store.lanes.block(lane.lane, block);
  await store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil: clock.now(), ...doubt, odd: false });
  log({ level: "warn", event: "laneBlocked", lane: lane.lane, jobId: job.jobId, status: kind, message: reason });
  return "blocked";
}

/** The account or the model is to be mended: jobs of this model wait without slots, and those of others go on. */
async function blockModel(world: World, run: Run, lane: Lane, taken: Taken, reason: string): Promise<Finished> {
  const { store, messages, clock, timings, log } = world;
  const { jobId, modelId } = taken.job;
  const model = modelName(modelId);
  const block = blockFor(lane.modelBlocks.get(model), "denied", reason, clock.now(), timings);
  await messages.wake(lane.lane, block.until);
  await store.lanes.blockModel(lane.lane, model, block);
  log({ level: "warn", event: "laneBlocked", lane: lane.lane, jobId, status: "denied", message: reason });
  await putBack(world, run, lane, taken);
  return "released";
}

/** Takes over a job that Bedrock has under our name. */
async function adopt(world: World, job: Job, found: BedrockJob): Promise<Finished> {
  if (found.inputKey === job.inputKey && hasEnded(found.status)) return takeEnd(world, job, found);
  if (found.inputKey === job.inputKey) return storeArn(world, job, found.arn);
  const name = jobNameOf(world.stage, job.jobId);
  return failJob(
    world,
    job,
    `Bedrock has a job named ${name} (${found.arn}) that reads another input, so the name is taken. Another table uses this stage's name in this account: deploy this stage under another name and drop the file again.`,
  );
}

/** Takes over a job that has ended meanwhile: the event of its end may be lost, and its slot is free. */
async function takeEnd(world: World, job: Job, found: BedrockJob): Promise<Finished> {
  await bringForward(world, job.jobId, found);
  await world.messages.collect(job.jobId, world.clock.now());
  return "released";
}

async function storeArn(world: World, job: Job, arn: string): Promise<Finished> {
  const { store, log } = world;
  // Refused if an event was faster and brought the job further: then its ARN is stored already.
  await store.jobs.bringForward(job.jobId, { status: "Submitted", arn });
  await store.lanes.finishClaiming(job.lane, job.jobId);
  log({ level: "info", event: "jobSubmitted", lane: job.lane, jobId: job.jobId, submissionId: job.submissionId });
  return "done";
}

/**
 * Ends a job that Bedrock will never run, and sees to it that its records are settled.
 *
 * @param owner the run that Bedrock refused the job to, which must still have the claim: where it slept longer than its
 * lease, another may have created the job, and the refusal only says that the name is taken
 */
async function failJob(world: World, job: Job, message: string, owner?: string): Promise<Finished> {
  const { store, messages, clock, log } = world;
  const now = clock.now();
  const end = { status: "Failed", at: now, message } as const;
  const failed = await store.jobs.bringForward(job.jobId, owner === undefined ? end : { ...end, owner });
  // Refused where another run has the claim, or has stored an ARN: the job is that run's, and keeps its slot.
  const refused = failed === undefined ? await store.jobs.get(job.jobId) : undefined;
  if (refused !== undefined && !hasEnded(refused.status)) return "done";
  await messages.collect(job.jobId, now);
  await releaseEnded(world, failed ?? job, "failure");
  log({ level: "error", event: "jobRefused", lane: job.lane, jobId: job.jobId, message });
  return "released";
}
