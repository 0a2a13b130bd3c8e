import { isOver } from "../rules/clocks.ts";
import { refreshLimits } from "../slots/limit.ts";
import type { World } from "../world.ts";
import { findDrops } from "./drops.ts";
import { resumePlan } from "./plan.ts";
import { repairLanes } from "./repair.ts";

/** How many jobs or submissions a page of a sweep holds. */
const PAGE = 100;
/** How many such pages one sweep reads; the next goes on with what is left, for what was found leaves the index. */
const MOST_PAGES = 50;

/**
 * The low-frequency pass that repairs whatever an event or a message should have done: ended jobs that still hold
 * slots, interrupted claims, uncollected output, interrupted plans, drops that nobody noticed, idle lanes.
 */
export async function sweep(world: World): Promise<void> {
  const { store, clock, log } = world;
  await refreshLimits(world);
  const lanes = await store.lanes.all();
  for (const lane of lanes) await store.lanes.winListing(lane.lane, lane.listedAt, clock.now());
  await repairLanes(world, lanes);
  await collectLeftovers(world);
  await resumePlans(world);
  await findDrops(world);
  log({ level: "info", event: "swept", count: lanes.length });
}

/** Ended jobs whose records nobody settled: their message was lost, or their collect died. */
async function collectLeftovers({ store, messages, clock, timings }: World): Promise<void> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await store.jobs.uncollected(PAGE, cursor);
    for (const { jobId, endedAt } of items)
      if (isOver(endedAt, timings.overdueMs, clock.now())) await messages.collect(jobId, clock.now());
    if (next === undefined) return;
    cursor = next;
  }
}

/** Submissions whose plan has taken longer than any plan does. */
async function resumePlans(world: World): Promise<void> {
  const { store, clock, timings } = world;
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await store.submissions.unfinished(PAGE, cursor);
    for (const submission of items)
      if (submission.status === "Planning" && isOver(submission.seenAt, timings.stalledPlanMs, clock.now()))
        await resumePlan(world, submission);
    if (next === undefined) return;
    cursor = next;
  }
}
