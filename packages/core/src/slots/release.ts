import type { Job } from "../job/job.ts";
import type { JobStatus } from "../job/status.ts";
import type { BlockKind, Lane, ReleaseOutcome } from "../lane/lane.ts";
import { FAILURES_TO_TRIP } from "../lane/lane.ts";
import { blockFor } from "../rules/back-off.ts";
import type { World } from "../world.ts";

/** What an end says about the lane; `processedRecords` is undefined where nobody could tell. */
export function outcomeOf(status: JobStatus, processedRecords: number | undefined): ReleaseOutcome {
  if (status === "Completed" || status === "PartiallyCompleted") return "success";
  if (status !== "Failed" || processedRecords === undefined) return "neutral";
  return processedRecords > 0 ? "success" : "failure";
}

/**
 * Gives the slot of an ended job back; the lane as it is then, or undefined if the job held none. The end of a job
 * lifts a quota block, for a slot came free in Bedrock too, and several failures in a row block the lane, so that a
 * thousand jobs do not burn on one missing right.
 */
export async function releaseEnded(world: World, job: Job, outcome: ReleaseOutcome): Promise<Lane | undefined> {
  const { store, log } = world;
  const lane = await store.lanes.releaseSlot(job.lane, job.jobId, outcome);
  if (lane === undefined) return undefined;
  log({ level: "info", event: "slotReleased", lane: job.lane, jobId: job.jobId, status: job.status });
  if (outcome === "failure" && lane.failuresInRow >= FAILURES_TO_TRIP) return trip(world, lane, job);
  const lifted: readonly BlockKind[] = outcome === "success" ? ["quota", "failures"] : ["quota"];
  if (lane.block === undefined || !lifted.includes(lane.block.kind)) return lane;
  await store.lanes.liftBlock(job.lane, lifted);
  const { block: _, ...free } = lane;
  return free;
}

async function trip({ store, clock, timings, messages, log }: World, lane: Lane, job: Job): Promise<Lane> {
  const message = ("message" in job && job.message) || "no message";
  const reason = `${lane.failuresInRow} jobs in a row failed with nothing processed, the last with: ${message}. Mend what it names (often the role's rights on the bucket); one job at a time probes the lane until one succeeds.`;
  const block = blockFor(lane.block, "failures", reason, clock.now(), timings);
  await messages.wake(lane.lane, block.until);
  await store.lanes.block(lane.lane, block);
  log({ level: "error", event: "laneBlocked", lane: lane.lane, status: "failures", message: reason });
  return { ...lane, block };
}
