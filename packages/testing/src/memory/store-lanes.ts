import { type Block, hasRoom, isBlocked, type JobStore, type Lane, type QueueEntry } from "@sluice/core";
import { compareText, copyOf } from "./store-rows.ts";

type LaneOperations = Pick<
  JobStore,
  | "lane"
  | "lanes"
  | "setLimit"
  | "claimSlot"
  | "finishClaiming"
  | "releaseSlot"
  | "blockLane"
  | "liftBlock"
  | "winListing"
  | "noteMissed"
>;

/** A lane as it is stored: the same as `Lane`, with sets that can be changed. */
interface LaneRow extends Omit<Lane, "holders" | "claiming" | "block"> {
  holders: Set<string>;
  claiming: Set<string>;
  block: Block | undefined;
}

function laneOf({ block, ...row }: LaneRow): Lane {
  return copyOf(block === undefined ? row : { ...row, block });
}

/** The operations on lanes, over rows of their own. None of them waits, so each is atomic. */
export function laneOperations(): LaneOperations {
  const rows = new Map<string, LaneRow>();

  return {
    async lane(lane) {
      const row = rows.get(lane);
      return row && laneOf(row);
    },

    async lanes() {
      return [...rows.values()].map(laneOf).sort((a, b) => compareText(a.lane, b.lane));
    },

    async setLimit(lane, limit) {
      const row = rows.get(lane) ?? {
        lane,
        limit,
        holders: new Set(),
        claiming: new Set(),
        block: undefined,
        failuresInRow: 0,
        listedAt: 0,
        missedAt: 0,
      };
      row.limit = limit;
      rows.set(lane, row);
      return laneOf(row);
    },

    async claimSlot(lane, jobId, now) {
      const row = rows.get(lane);
      if (row === undefined || row.holders.has(jobId)) return false;
      if (isBlocked(laneOf(row), now) || !hasRoom(laneOf(row))) return false;
      row.holders.add(jobId);
      row.claiming.add(jobId);
      return true;
    },

    async finishClaiming(lane, jobId) {
      rows.get(lane)?.claiming.delete(jobId);
    },

    async releaseSlot(lane, jobId, outcome) {
      const row = rows.get(lane);
      if (row === undefined || !row.holders.delete(jobId)) return undefined;
      row.claiming.delete(jobId);
      if (outcome === "failure") row.failuresInRow += 1;
      if (outcome === "success") row.failuresInRow = 0;
      return laneOf(row);
    },

    async blockLane(lane, block) {
      const row = rows.get(lane);
      if (row !== undefined) row.block = copyOf(block);
    },

    async liftBlock(lane, kinds) {
      const row = rows.get(lane);
      if (row?.block === undefined || !kinds.includes(row.block.kind)) return false;
      row.block = undefined;
      return true;
    },

    async winListing(lane, seen, now) {
      const row = rows.get(lane);
      if (row?.listedAt !== seen) return false;
      row.listedAt = now;
      return true;
    },

    async noteMissed(lane, at) {
      const row = rows.get(lane);
      if (row !== undefined) row.missedAt = at;
    },
  };
}

type QueueOperations = Pick<JobStore, "enqueue" | "queueHead" | "dropEntry" | "queueLength">;

function compareEntries(a: QueueEntry, b: QueueEntry): number {
  return a.rank - b.rank || compareText(a.jobId, b.jobId);
}

const isSame = (a: QueueEntry) => (b: QueueEntry) => a.rank === b.rank && a.jobId === b.jobId;

/** The operations on the lanes' queues, over rows of their own. */
export function queueOperations(): QueueOperations {
  const queues = new Map<string, QueueEntry[]>();
  const queueOf = (lane: string) => queues.get(lane) ?? [];

  return {
    async enqueue({ lane, rank, jobId }) {
      const entry = { lane, rank, jobId };
      const queue = queueOf(lane);
      if (queue.some(isSame(entry))) return;
      queues.set(lane, [...queue, entry].sort(compareEntries));
    },

    async queueHead(lane, limit, after) {
      const behind = queueOf(lane).filter((entry) => after === undefined || compareEntries(entry, after) > 0);
      return copyOf(behind.slice(0, limit));
    },

    async dropEntry(entry) {
      const left = queueOf(entry.lane).filter((other) => !isSame(entry)(other));
      queues.set(entry.lane, left);
    },

    async queueLength(lane, atMost) {
      return Math.min(atMost, queueOf(lane).length);
    },
  };
}
