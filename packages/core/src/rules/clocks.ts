import type { BlockKind, LongestBlocks } from "../lane/lane.ts";
import type { Timings } from "../timings.ts";

// What one clock wrote another reads, and any of them can be wrong by days. So no time that is read holds anything up
// for longer than the longest that a right clock would have written.

/**
 * True once `since` is more than `ms` ago. A time that lies as far ahead is a wrong clock's, and nobody waits for it.
 * All are epoch milliseconds.
 */
export function isOver(since: number, ms: number, now: number): boolean {
  return Math.abs(now - since) > ms;
}

/** True for a time in the future that a message can have been asked to wait for, at most `mostMs` from now. */
export function isToCome(at: number, mostMs: number, now: number): boolean {
  return at > now && at <= now + mostMs;
}

/** The longest that blocks last, from whenever they are looked at. */
export function longestBlocks({ backoff, skewMs }: Timings): LongestBlocks {
  const kinds = Object.entries(backoff).map(([kind, { mostMs }]) => [kind, mostMs + skewMs]);
  return Object.fromEntries(kinds) as Record<BlockKind, number>;
}

/** The longest that a lease lasts: of a run that asks, of a claim that waits for a proof, or of one that is put back. */
export function longestLeaseMs({ leaseMs, doubtMs, overdueMs, skewMs }: Timings): number {
  return Math.max(leaseMs, doubtMs, overdueMs) + skewMs;
}

/** The longest that a wake message waits: for the end of a block, of a lease, or for the next look at a lane. */
export function longestWakeMs(timings: Timings): number {
  const blocks = Object.values(longestBlocks(timings));
  return Math.max(...blocks, longestLeaseMs(timings), timings.rideMs + timings.skewMs);
}
