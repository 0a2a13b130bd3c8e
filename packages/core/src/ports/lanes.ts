import type { Block, BlockKind, Lane, LongestBlocks, ReleaseOutcome } from "../lane/lane.ts";

/**
 * The lanes and their slots: a lane's item is the only lock there is. What is refused changes nothing; the rules are
 * `laneTransition`'s.
 */
export interface Lanes {
  get(lane: string): Promise<Lane | undefined>;
  /** Every lane there is; the settings bound their number. */
  all(): Promise<Lane[]>;
  /**
   * Sets the lane's limit, making the lane if it is new, unless newer settings have set it; the lane as it is then.
   * `settingsVersion` is 0 where it is left out.
   */
  setLimit(lane: string, limit: number, settingsVersion?: number): Promise<Lane>;
  /**
   * Adds the job to `holders` and `claiming`, if it does not hold a slot, the lane has room, `limit > 0`, the lane is
   * not blocked at `now`, and a lane with three failures in a row has no holder at all. A block that would last longer
   * from `now` on than `longest` of its kind is over.
   */
  claimSlot(lane: string, jobId: string, now: number, longest: LongestBlocks): Promise<boolean>;
  /** Adds a job that holds a slot of another lane to `holders` and `claiming`, whatever the limit; false if it is there. */
  takeOver(lane: string, jobId: string): Promise<boolean>;
  /** Takes the job out of `claiming`: its ARN is stored. */
  finishClaiming(lane: string, jobId: string): Promise<void>;
  /** Takes the job out of `holders` and `claiming`; the lane as it is then, or undefined if the job held no slot. */
  releaseSlot(lane: string, jobId: string, outcome: ReleaseOutcome): Promise<Lane | undefined>;
  block(lane: string, block: Block): Promise<void>;
  /** Lifts the lane's block if it is of one of these kinds. */
  liftBlock(lane: string, kinds: readonly BlockKind[]): Promise<boolean>;
  /** Blocks one model of the lane, by its name. */
  blockModel(lane: string, model: string, block: Block): Promise<void>;
  liftModelBlock(lane: string, model: string): Promise<boolean>;
  /** Sets `listedAt` to `now` if it still is `seen`: of several that would list, one does. */
  winListing(lane: string, seen: number, now: number): Promise<boolean>;
  /** Sets `missedAt`: an end was found that no event had told. */
  noteMissed(lane: string, at: number): Promise<void>;
}
