import type { Block, BlockKind, Lane, LongestBlocks, ReleaseOutcome } from "../lane/lane.ts";
import { hasRoom, isBlocked } from "../lane/lane.ts";
import type { Transition } from "./transition.ts";

/** What can happen to a lane. Times are epoch milliseconds. */
export type LaneEvent =
  | { kind: "setLimit"; lane: string; limit: number; settingsVersion?: number }
  | { kind: "claimSlot"; jobId: string; now: number; longest: LongestBlocks }
  | { kind: "takeOver"; jobId: string }
  | { kind: "finishClaiming"; jobId: string }
  | { kind: "releaseSlot"; jobId: string; outcome: ReleaseOutcome }
  | { kind: "block"; block: Block }
  | { kind: "liftBlock"; kinds: readonly BlockKind[] }
  | { kind: "blockModel"; model: string; block: Block }
  | { kind: "liftModelBlock"; model: string }
  | { kind: "winListing"; seen: number; now: number }
  | { kind: "noteMissed"; at: number };

type Refusal =
  /** Nobody has set its limit. */
  | "noLane"
  /** Newer settings have set its limit. */
  | "newerSettings"
  /** The job has a slot already. */
  | "holdsSlot"
  /** The job has no slot to give back. */
  | "holdsNone"
  | "blocked"
  | "full"
  /** It has no block, or one of another kind. */
  | "notBlocked"
  /** Somebody else has listed meanwhile. */
  | "listed";

/** What an event makes of a lane; only its limit makes a lane. */
export function laneTransition(lane: Lane | undefined, event: LaneEvent): Transition<Lane, Refusal> {
  if (event.kind === "setLimit") return setLimit(lane ?? emptyLane(event.lane), event);
  if (lane === undefined) return { refused: "noLane" };
  switch (event.kind) {
    case "claimSlot":
      return claimSlot(lane, event);
    case "takeOver":
      return lane.holders.has(event.jobId) ? { refused: "holdsSlot" } : { next: withHolder(lane, event.jobId) };
    case "finishClaiming":
      return { next: { ...lane, claiming: without(lane.claiming, event.jobId) } };
    case "releaseSlot":
      return releaseSlot(lane, event.jobId, event.outcome);
    case "block":
      return { next: { ...lane, block: event.block } };
    case "liftBlock":
      return liftBlock(lane, event.kinds);
    case "blockModel":
      return { next: { ...lane, modelBlocks: new Map([...lane.modelBlocks, [event.model, event.block]]) } };
    case "liftModelBlock":
      return liftModelBlock(lane, event.model);
    case "winListing":
      return lane.listedAt === event.seen ? { next: { ...lane, listedAt: event.now } } : { refused: "listed" };
    case "noteMissed":
      return { next: { ...lane, missedAt: event.at } };
  }
}

function emptyLane(lane: string): Lane {
  const never = { failuresInRow: 0, listedAt: 0, missedAt: 0, settingsVersion: 0 };
  return { lane, limit: 0, holders: new Set(), claiming: new Set(), modelBlocks: new Map(), ...never };
}

function setLimit(lane: Lane, event: LaneEvent & { kind: "setLimit" }): Transition<Lane, Refusal> {
  const { limit, settingsVersion = 0 } = event;
  if (lane.settingsVersion > settingsVersion) return { refused: "newerSettings" };
  return { next: { ...lane, limit, settingsVersion } };
}

function withHolder(lane: Lane, jobId: string): Lane {
  return { ...lane, holders: withOne(lane.holders, jobId), claiming: withOne(lane.claiming, jobId) };
}

function liftModelBlock(lane: Lane, model: string): Transition<Lane, Refusal> {
  if (!lane.modelBlocks.has(model)) return { refused: "notBlocked" };
  return { next: { ...lane, modelBlocks: new Map([...lane.modelBlocks].filter(([other]) => other !== model)) } };
}

function claimSlot(lane: Lane, { jobId, now, longest }: LaneEvent & { kind: "claimSlot" }): Transition<Lane, Refusal> {
  if (lane.holders.has(jobId)) return { refused: "holdsSlot" };
  if (isBlocked(lane, now, longest)) return { refused: "blocked" };
  if (!hasRoom(lane)) return { refused: "full" };
  return { next: withHolder(lane, jobId) };
}

function releaseSlot(lane: Lane, jobId: string, outcome: ReleaseOutcome): Transition<Lane, Refusal> {
  if (!lane.holders.has(jobId)) return { refused: "holdsNone" };
  const failuresInRow = { failure: lane.failuresInRow + 1, success: 0, neutral: lane.failuresInRow }[outcome];
  const left = { holders: without(lane.holders, jobId), claiming: without(lane.claiming, jobId) };
  return { next: { ...lane, ...left, failuresInRow } };
}

function liftBlock({ block, ...free }: Lane, kinds: readonly BlockKind[]): Transition<Lane, Refusal> {
  return block !== undefined && kinds.includes(block.kind) ? { next: free } : { refused: "notBlocked" };
}

function withOne(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...ids, id]);
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...ids].filter((other) => other !== id));
}
