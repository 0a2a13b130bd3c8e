import type { QueueEntry } from "../job/job.ts";

/** The lanes' queues: which jobs wait for a slot, and in which order. Reads are strongly consistent. */
export interface Queue {
  /** Puts an entry; putting it again changes nothing. */
  put(entry: QueueEntry): Promise<void>;
  /** The first entries in order of rank, then job id; with `after`, those behind that entry. */
  head(lane: string, limit: number, after?: QueueEntry): Promise<QueueEntry[]>;
  drop(entry: QueueEntry): Promise<void>;
  /** How many entries wait, counted up to `atMost`. */
  count(lane: string, atMost: number): Promise<number>;
}
