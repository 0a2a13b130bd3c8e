import { blockedModels, hasRoom, isBlocked, type Lane, type LongestBlocks } from "../lane/lane.ts";
import { longestBlocks } from "../rules/clocks.ts";
import type { World } from "../world.ts";
import { NO_LANE } from "./home.ts";

const HOUR_MS = 60 * 60_000;
/** Counting further would read more and say no more. */
const MOST_PENDING = 1_000;
/** How many jobs in Scheduled are asked for, the oldest first: the longest wait is among them. */
const MOST_SCHEDULED = 10;

/** How the lanes are, as the alarms watch it. Each is a metric of its own name. */
export interface LaneGauges {
  /** Lanes that have pending jobs and free slots, and are neither blocked nor paused; jobs without a lane count as one. */
  IdleLanes: number;
  /** Jobs that wait for a slot, each lane counted up to 1,000. */
  PendingJobs: number;
  /** Jobs that hold a slot. */
  RunningJobs: number;
  /** How long ago the oldest job that is in Scheduled was submitted. */
  LongestScheduledHours: number;
}

/** Measures the lanes; undefined if nothing waits or runs, so that an idle stage pays for no metric. */
export async function laneGauges(world: World): Promise<LaneGauges | undefined> {
  const { store, clock, timings } = world;
  const gauges: LaneGauges = { IdleLanes: 0, PendingJobs: 0, RunningJobs: 0, LongestScheduledHours: 0 };
  for (const lane of await store.lanes.all()) {
    const pending = await store.queue.count(lane.lane, MOST_PENDING);
    gauges.PendingJobs += pending;
    gauges.RunningJobs += lane.holders.size;
    if (pending > 0 && hasRoom(lane) && !isHeldUp(lane, clock.now(), longestBlocks(timings))) gauges.IdleLanes++;
    gauges.LongestScheduledHours = Math.max(gauges.LongestScheduledHours, await scheduledHours(world, lane));
  }
  // They wait for a person as much as an idle lane does.
  const homeless = await store.queue.count(NO_LANE, MOST_PENDING);
  gauges.PendingJobs += homeless;
  if (homeless > 0) gauges.IdleLanes++;
  return gauges.PendingJobs + gauges.RunningJobs > 0 ? gauges : undefined;
}

/** True while the lane, or one of its models, waits for the end of a block. */
function isHeldUp(lane: Lane, now: number, longest: LongestBlocks): boolean {
  return isBlocked(lane, now, longest) || blockedModels(lane, now, longest).size > 0;
}

/** The longest that a job of the lane has been in Scheduled; one that cannot be read is told, and costs only its own time. */
async function scheduledHours(world: World, { lane, holders }: Lane): Promise<number> {
  const { store, batch, clock } = world;
  let longest = 0;
  let asked = 0;
  // Ids sort by the time of the drop.
  for (const jobId of [...holders].sort()) {
    if (asked >= MOST_SCHEDULED) break;
    try {
      const job = await store.jobs.get(jobId);
      if (job?.status !== "Scheduled") continue;
      asked++;
      const seen = await batch.get(job.arn);
      if (seen?.status !== "Scheduled" || seen.submittedAt === undefined) continue;
      longest = Math.max(longest, (clock.now() - seen.submittedAt) / HOUR_MS);
    } catch (error) {
      tellUnmeasured(world, lane, jobId, error);
    }
  }
  return longest;
}

function tellUnmeasured({ log }: World, lane: string, jobId: string, error: unknown): void {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `How long job ${jobId} has been in Scheduled could not be measured: ${said} Everything else is measured, and the next measurement tries this again.`;
  log({ level: "error", event: "jobUnmeasured", lane, jobId, message });
}
