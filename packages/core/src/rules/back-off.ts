import type { Block, BlockKind } from "../lane/lane.ts";
import type { Timings } from "../timings.ts";

/** The block that follows an answer of this kind: each in a row waits twice as long, up to a bound. */
export function blockFor(
  last: Block | undefined,
  kind: BlockKind,
  reason: string,
  now: number,
  timings: Timings,
): Block {
  const tries = last?.kind === kind ? last.tries + 1 : 1;
  const { firstMs, mostMs } = timings.backoff[kind];
  return { kind, reason, tries, until: now + Math.min(mostMs, firstMs * 2 ** Math.min(tries - 1, 20)) };
}
