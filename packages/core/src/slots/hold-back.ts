import type { Job } from "../job/job.ts";
import type { Lane } from "../lane/lane.ts";
import { modelBlock } from "../lane/lane.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { longestBlocks } from "../rules/clocks.ts";
import type { World } from "../world.ts";
import type { Finished, Run, Taken } from "./claim.ts";
import { homeOf, NO_LANE } from "./home.ts";

/** True if Bedrock must not be asked for this job now, although it holds a slot: what was claimed before counts too. */
export function isHeldBack(world: World, lane: Lane, job: Job): boolean {
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
export async function putBack(world: World, run: Run, lane: Lane, taken: Taken): Promise<Finished> {
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
  if (home !== lane.lane && home !== NO_LANE) await messages.wake(home, AT_ONCE);
  return "released";
}

/** Leaves the claim alone until a look-up that finds nothing proves that no earlier call created the job. */
export async function waitForProof(world: World, run: Run, { job, doubt, proofInMs }: Taken): Promise<Finished> {
  const leaseUntil = world.clock.now() + proofInMs;
  await world.messages.wake(job.lane, leaseUntil);
  await world.store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil, ...doubt, odd: false });
  return "done";
}
