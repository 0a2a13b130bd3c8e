import type { Block, BlockKind, Lane } from "../lane/lane.ts";
import type { Timings } from "../timings.ts";

/** The block that follows an answer of this kind: each in a row waits twice as long, up to a bound. */
export function blockFor(lane: Lane, kind: BlockKind, reason: string, now: number, timings: Timings): Block {
  const tries = lane.block?.kind === kind ? lane.block.tries + 1 : 1;
  const { firstMs, mostMs } = timings.backoff[kind];
  return { kind, reason, tries, until: now + Math.min(mostMs, firstMs * 2 ** Math.min(tries - 1, 20)) };
}
