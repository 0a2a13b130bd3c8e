import type { BlockKind } from "./lane/lane.ts";

/** Every duration that the queue waits for, in milliseconds. */
export interface Timings {
  /** How long a run has to ask Bedrock before another may ask in its place; a Create is given up after 20 s. */
  leaseMs: number;
  /**
   * How far apart two look-ups by name that find nothing must be, by Bedrock's clock, to prove that no call of unknown
   * outcome before them created the job.
   */
  doubtMs: number;
  /** How far two clocks differ that are right. */
  skewMs: number;
  /** How long after an end that is no success Bedrock may still write output. */
  graceMs: number;
  /** How old the last listing may be before an event lists again. */
  rideMs: number;
  /** How long after an end that no event told a lane is looked at every `rideMs`, events or not. */
  watchMs: number;
  /** How long a submission may be in Planning before the sweep plans it again. */
  stalledPlanMs: number;
  /** How long after its end a job's records are settled by its own message; after that the sweep sends another. */
  overdueMs: number;
  /** How often a pass over the dropped objects begins. */
  dropsPassMs: number;
  /** Dropped objects that are older are not looked at. */
  dropsAgeMs: number;
  backoff: Record<BlockKind, { firstMs: number; mostMs: number }>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const defaultTimings: Timings = {
  leaseMs: 2 * MINUTE_MS,
  doubtMs: 10 * MINUTE_MS,
  skewMs: MINUTE_MS,
  graceMs: 2 * MINUTE_MS,
  rideMs: 5 * MINUTE_MS,
  watchMs: HOUR_MS,
  stalledPlanMs: 2 * HOUR_MS,
  // Longer than a collect function may run.
  overdueMs: 20 * MINUTE_MS,
  dropsPassMs: 24 * HOUR_MS,
  dropsAgeMs: 14 * 24 * HOUR_MS,
  backoff: {
    // Any end of a job lifts it, so its length only matters when other users' events do not arrive.
    quota: { firstMs: MINUTE_MS, mostMs: 15 * MINUTE_MS },
    throttled: { firstMs: 5 * SECOND_MS, mostMs: 5 * MINUTE_MS },
    // A person has to mend these two.
    denied: { firstMs: 2 * MINUTE_MS, mostMs: HOUR_MS },
    failures: { firstMs: 10 * MINUTE_MS, mostMs: 2 * HOUR_MS },
  },
};

/** The same timings for a world whose Bedrock runs `speed` times as fast. */
export function scaleTimings(timings: Timings, speed: number): Timings {
  const scale = <T>(value: T): T =>
    (typeof value === "number"
      ? value / speed
      : Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, scale(inner)]))) as T;
  return scale(timings);
}
