import { AT_ONCE } from "../ports/messages.ts";
import { isOver } from "../rules/clocks.ts";
import { homeOf, moveWaiting, NO_LANE } from "../slots/home.ts";
import { refreshLimit } from "../slots/limit.ts";
import type { World } from "../world.ts";
import { alone, type Failure } from "./alone.ts";
import { findDrops } from "./drops.ts";
import { resumePlan } from "./plan.ts";
import { repairLanes } from "./repair.ts";

/** How many jobs or submissions a page of a sweep holds. */
const PAGE = 100;
/** How many such pages one sweep reads; the next goes on with what is left, for what was found leaves the index. */
const MOST_PAGES = 50;
/** Jobs without a lane are counted so far. */
const MOST_COUNTED = 10_000;

/** The passes of a sweep, and what each does, in words. */
const passes: readonly (readonly [doing: string, pass: (world: World, failures: Failure[]) => Promise<unknown>])[] = [
  ["Reading the limits of the lanes", refreshLimits],
  ["Comparing the lanes with Bedrock", sweepLanes],
  ["Looking for jobs whose model is in no lane", findHomeless],
  ["Looking for output that nobody collected", collectLeftovers],
  ["Looking for plans that were interrupted", resumePlans],
  ["Looking for drops that nobody noticed", findDrops],
];

/**
 * The low-frequency pass that repairs whatever an event or a message should have done: ended jobs that still hold
 * slots, interrupted claims, uncollected output, interrupted plans, drops that nobody noticed, idle lanes. A lane, a
 * job or a submission that cannot be repaired is told in the log and holds nothing else up.
 *
 * @returns how those steps failed that did
 * @throws SweepIncomplete after everything else was done, if a whole pass failed: the table or the bucket is not there
 */
export async function sweep(world: World): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const failed: [string, Failure][] = [];
  for (const [doing, pass] of passes) {
    const failure = await alone(world, { doing }, () => pass(world, failures));
    if (failure !== undefined) failed.push([doing, failure]);
  }
  if (failed.length > 0) throw new SweepIncomplete(failed);
  world.log({ level: "info", event: "swept" });
  return failures;
}

/** Whole passes of a sweep failed; the others are done. */
class SweepIncomplete extends Error {
  constructor(failed: readonly (readonly [doing: string, Failure])[]) {
    const what = failed.map(([doing, { error }]) => `${doing}: ${error instanceof Error ? error.message : error}`);
    super(`A part of the sweep failed, and the next one tries it again: ${what.join("; ")}`, {
      cause: failed[0]?.[1].error,
    });
    this.name = "SweepIncomplete";
  }
}

async function refreshLimits(world: World, failures: Failure[]): Promise<void> {
  for (const [lane, { limit }] of Object.entries(world.settings.lanes)) {
    const step = () => refreshLimit(world, lane, limit);
    await alone(world, { doing: `Reading the limit of lane ${lane}`, lane }, step, failures);
  }
}

async function sweepLanes(world: World, failures: Failure[]): Promise<void> {
  const { store, clock } = world;
  const lanes = await store.lanes.all();
  for (const { lane, listedAt } of lanes) {
    const step = () => store.lanes.winListing(lane, listedAt, clock.now());
    await alone(world, { doing: `Taking the listing of lane ${lane}`, lane }, step, failures);
  }
  failures.push(...(await repairLanes(world, lanes)));
}

/** Jobs whose model left the settings wait, and are told at every sweep, until a lane has it again. */
async function findHomeless(world: World): Promise<void> {
  await moveWaiting(world, NO_LANE);
  const count = await world.store.queue.count(NO_LANE, MOST_COUNTED);
  if (count === 0) return;
  const message = `${count} jobs wait whose model is in no lane of the settings. Add the model to a lane and they run; or drop their records again under another model.`;
  world.log({ level: "error", event: "jobsWithoutLane", count, message });
}

/** Ended jobs whose records nobody settled: their message was lost, or their collect died. */
async function collectLeftovers(world: World, failures: Failure[]): Promise<void> {
  const { store, messages, clock, timings } = world;
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next, unreadable = [] } = await store.jobs.uncollected(PAGE, cursor);
    tellUnreadable(world, unreadable);
    for (const { jobId, endedAt } of items) {
      const step = () => messages.collect(jobId, AT_ONCE);
      if (isOver(endedAt, timings.overdueMs, clock.now()))
        await alone(world, { doing: `Asking for the output of job ${jobId}`, jobId }, step, failures);
    }
    if (next === undefined) return;
    cursor = next;
  }
}

/** Submissions whose plan has taken longer than any plan does. */
async function resumePlans(world: World, failures: Failure[]): Promise<void> {
  const { store, clock, timings } = world;
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next, unreadable = [] } = await store.submissions.unfinished(PAGE, cursor);
    tellUnreadable(world, unreadable);
    for (const submission of items) {
      const { status, seenAt, submissionId, key } = submission;
      if (status !== "Planning" || !isOver(seenAt, timings.stalledPlanMs, clock.now())) continue;
      const about = { submissionId, key };
      const step = () => resumePlan(world, submission);
      const failure = await alone(world, { doing: `Going on with the plan of ${key}`, ...about }, step, failures);
      // Some of its jobs may be queued by now, and must not wait for the next sweep.
      const lane = homeOf(world, submission);
      const wakeUp = () => world.messages.wake(lane, AT_ONCE);
      if (failure !== undefined) await alone(world, { doing: `Waking lane ${lane}`, lane }, wakeUp, failures);
    }
    if (next === undefined) return;
    cursor = next;
  }
}

function tellUnreadable({ log }: World, unreadable: readonly string[]): void {
  for (const message of unreadable) log({ level: "error", event: "itemUnreadable", message });
}
