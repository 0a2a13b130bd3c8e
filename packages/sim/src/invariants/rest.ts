import {
  arnOf,
  defaultTimings,
  hasEnded,
  hasRoom,
  isBlocked,
  type Lane,
  longestBlocks,
  modelBlock,
  type Store,
} from "@sluice/core";
import type { SimBedrock } from "../bedrock/sim-bedrock.ts";
import { Violation } from "./violation.ts";

const MOST_COUNTED = 1_000;
/** A minute after the end of its lease somebody has looked a claim up. */
const LOOKED_UP_MS = 60_000;

/** What is known of the run when nothing is under way. */
export interface Rest {
  store: Store;
  now: number;
  bedrock: SimBedrock;
  /** True if messages wait that are meant to come later: they may be what ends a block or finishes a claim. */
  isCalm: boolean;
  /** True if an end of a job was taken in since the lane was blocked. */
  outlivedEnd(lane: Lane): boolean;
  /** An event, a message or a sweep was lost for good, and no sweep has repaired it yet. */
  owes: boolean;
  /** Something went wrong since the last sweep that went well, or around it. */
  hadTrouble: boolean;
}

/**
 * Invariant 2: where work waits at rest, the lane is full or blocked; a slot is held by a job that runs; and where
 * nothing went wrong, no claim is left.
 */
export async function checkRest(rest: Rest): Promise<void> {
  for (const lane of await rest.store.lanes.all()) await checkLane(rest, lane);
}

async function checkLane(rest: Rest, lane: Lane): Promise<void> {
  const { store, now, owes, hadTrouble, isCalm } = rest;
  const fail = (what: string) => new Violation("2: no idle slot", `${lane.lane} rests ${what}.`);
  const longest = longestBlocks(defaultTimings);
  const blocked = isBlocked(lane, now, longest);
  if (!hadTrouble) await checkClaims(rest, lane, blocked, fail);
  if (owes) return;
  for (const jobId of lane.holders) {
    const job = await store.jobs.get(jobId);
    if (job !== undefined && hasEnded(job.status)) throw fail(`while ${jobId}, which has ended, holds a slot`);
    const arn = job && arnOf(job);
    const truth = arn === undefined ? undefined : rest.bedrock.jobs.find((made) => made.arn === arn);
    if (truth !== undefined && hasEnded(truth.status))
      throw fail(`while ${jobId} holds a slot; it has ended in Bedrock`);
  }
  if (lane.block?.kind === "quota" && blocked && rest.outlivedEnd(lane))
    throw fail("blocked for quota although a job has ended since");
  // The end of a block is a message that may be a little late.
  if (blocked || !hasRoom(lane) || (isCalm && (lane.block !== undefined || lane.modelBlocks.size > 0))) return;
  for (const { jobId } of await store.queue.head(lane.lane, MOST_COUNTED)) {
    const job = await store.jobs.get(jobId);
    if (job?.status !== "Pending" || lane.holders.has(jobId)) continue;
    if (modelBlock(lane, job.modelId, now, longest) === undefined)
      throw fail(`with ${lane.holders.size} of ${lane.limit} slots held while ${jobId} waits`);
  }
}

async function checkClaims(rest: Rest, lane: Lane, blocked: boolean, fail: (what: string) => Violation): Promise<void> {
  if (!blocked && !rest.isCalm && lane.claiming.size > 0)
    throw fail("with unfinished claims, and nobody will finish them");
  if (!blocked) return;
  for (const jobId of lane.claiming) {
    const job = await rest.store.jobs.get(jobId);
    const made = rest.bedrock.jobs.find(({ inputKey }) => inputKey === job?.inputKey);
    const isOverdue = job?.status === "Claimed" && job.claim.leaseUntil + LOOKED_UP_MS < rest.now;
    if (isOverdue && made !== undefined && made.listedAt < job.claim.leaseUntil)
      throw fail(`blocked and without knowing that Bedrock runs ${jobId}, which it claims`);
  }
}

/** What has not come to its end yet, in words; empty once everything has. */
export async function unfinishedJobs(store: Store, jobIds: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const jobId of jobIds) {
    const job = await store.jobs.get(jobId);
    if (job === undefined) left.push(`job ${jobId} is not in the table`);
    else if (!hasEnded(job.status)) left.push(`job ${jobId} is ${job.status}`);
  }
  for (const lane of await store.lanes.all()) {
    const { lane: name } = lane;
    if (lane.holders.size > 0) left.push(`${name} has ${lane.holders.size} slots held`);
    if (lane.claiming.size > 0) left.push(`${name} has ${lane.claiming.size} unfinished claims`);
    const waiting = await store.queue.count(name, MOST_COUNTED);
    if (waiting > 0) left.push(`${name} has ${waiting} entries in its queue`);
  }
  return left;
}
