import { modelName } from "../model/model-name.ts";

/** Why a lane takes no new jobs for now. */
export const blockKinds = [
  /** Bedrock said ServiceQuotaExceeded: somebody else holds the slots. Any end of a job lifts it. */
  "quota",
  /** Bedrock said Throttling. */
  "throttled",
  /** A person has to mend the account, its rights, the model or the settings; stored for the model, not for the lane. */
  "denied",
  /** Jobs failed one after the other with nothing processed. */
  "failures",
] as const;
export type BlockKind = (typeof blockKinds)[number];

export interface Block {
  kind: BlockKind;
  /** Epoch milliseconds; after it one run probes again. */
  until: number;
  /** What happened and what to do, in words. */
  reason: string;
  /** How often in a row the lane was blocked for this. */
  tries: number;
}

export interface Lane {
  lane: string;
  /** The most jobs at once. */
  limit: number;
  /** The jobs that hold a slot. */
  holders: ReadonlySet<string>;
  /** Those of them for which no ARN is stored. */
  claiming: ReadonlySet<string>;
  /** Kept after its time, so that the next block of its kind knows how long to wait. */
  block?: Block;
  /** Blocks of single models, by their names: the lane's other models go on. Kept after their time as `block` is. */
  modelBlocks: ReadonlyMap<string, Block>;
  /** The version of the settings that set its limit last; older ones change it no more. 0 where none was known. */
  settingsVersion: number;
  /** How many jobs in a row ended as Failed with nothing processed. */
  failuresInRow: number;
  /** When Bedrock was last asked for its list of this lane's jobs, in epoch milliseconds; 0 for never. */
  listedAt: number;
  /** When an end was last found that no event had told, in epoch milliseconds; 0 for never. */
  missedAt: number;
}

/** What the end of a job says about its lane. */
export type ReleaseOutcome =
  /** Failed with nothing processed: one more in the lane's row. */
  | "failure"
  /** Something was processed: the row begins anew. */
  | "success"
  /** Stopped, expired or gone: says nothing. */
  | "neutral";

/** After so many failures in a row a lane sends one job at a time, as a probe. */
export const FAILURES_TO_TRIP = 3;

/** How long a block of each kind can last from now on, in milliseconds. */
export type LongestBlocks = Readonly<Record<BlockKind, number>>;

/** True while the lane takes no new jobs. */
export function isBlocked({ block }: Lane, now: number, longest: LongestBlocks): boolean {
  return block !== undefined && lasts(block, now, longest);
}

/** The model's block, if it lasts. */
export function modelBlock(lane: Lane, modelId: string, now: number, longest: LongestBlocks): Block | undefined {
  const block = lane.modelBlocks.get(modelName(modelId));
  return block !== undefined && lasts(block, now, longest) ? block : undefined;
}

/** The blocks that last of single models, by their names. */
export function blockedModels(lane: Lane, now: number, longest: LongestBlocks): ReadonlyMap<string, Block> {
  return new Map([...lane.modelBlocks].filter(([, block]) => lasts(block, now, longest)));
}

/** A block that would last longer than any was set by a clock that is far ahead. */
function lasts({ kind, until }: Block, now: number, longest: LongestBlocks): boolean {
  return until > now && until <= now + longest[kind];
}

/** True while one job more may hold a slot; a lane that does not trust its jobs sends one at a time. */
export function hasRoom(lane: Lane): boolean {
  const ceiling = lane.failuresInRow >= FAILURES_TO_TRIP ? Math.min(1, lane.limit) : lane.limit;
  return lane.holders.size < ceiling;
}
