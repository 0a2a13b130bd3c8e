import type { Queue, QueueEntry } from "@sluice/core";
import { compareText, copyOf } from "./store-rows.ts";

function compareEntries(a: QueueEntry, b: QueueEntry): number {
  return a.rank - b.rank || compareText(a.jobId, b.jobId);
}

const isSame = (a: QueueEntry) => (b: QueueEntry) => a.rank === b.rank && a.jobId === b.jobId;

/** The lanes' queues in memory. */
export function memoryQueue(queues: Map<string, QueueEntry[]>): Queue {
  const queueOf = (lane: string) => queues.get(lane) ?? [];

  return {
    async put({ lane, rank, jobId, modelId }) {
      const entry = { lane, rank, jobId, ...(modelId !== undefined && { modelId }) };
      const queue = queueOf(lane);
      if (queue.some(isSame(entry))) return;
      queues.set(lane, [...queue, entry].sort(compareEntries));
    },

    async head(lane, limit, after) {
      const behind = queueOf(lane).filter((entry) => after === undefined || compareEntries(entry, after) > 0);
      return copyOf(behind.slice(0, limit));
    },

    async drop(entry) {
      const left = queueOf(entry.lane).filter((other) => !isSame(entry)(other));
      queues.set(entry.lane, left);
    },

    async count(lane, atMost) {
      return Math.min(atMost, queueOf(lane).length);
    },
  };
}
