import { jobIdOfName, jobNamePrefix } from "../ids.ts";
import type { Job } from "../job/job.ts";
import { arnOf } from "../job/job.ts";
import { hasEnded } from "../job/status.ts";
import { isBlocked, type Lane } from "../lane/lane.ts";
import type { BedrockJob } from "../ports/batch.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { isOver, longestBlocks } from "../rules/clocks.ts";
import { bringForward } from "../slots/bring-forward.ts";
import { homeOf, moveHolder } from "../slots/home.ts";
import { refill } from "../slots/refill.ts";
import { outcomeOf, releaseEnded } from "../slots/release.ts";
import type { World } from "../world.ts";
import { alone, type Failure } from "./alone.ts";

/** How many pages of Bedrock's list one repair reads; jobs beyond them are asked for one by one. */
const MOST_LIST_PAGES = 10;
/** Our clock and Bedrock's may differ by so much. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** When each lane was listed last, as far as an instance has seen. */
const listings = new WeakMap<World, Map<string, number>>();

/** True if this instance has seen that the lane was listed a short while ago: a look at it would lead to no listing. */
export function isFreshlyListed(world: World, laneName: string): boolean {
  const listedAt = listings.get(world)?.get(laneName);
  return listedAt !== undefined && !isOver(listedAt, world.timings.rideMs, world.clock.now());
}

function noteListing(world: World, laneName: string, at: number): void {
  const seen = listings.get(world) ?? new Map<string, number>();
  listings.set(world, seen.set(laneName, at));
}

/** Lists once as well when an event or a wake message comes long after the last listing: a lost event costs minutes. */
export async function rideAlong(world: World, lane: Lane): Promise<void> {
  const { clock, timings, store } = world;
  const now = clock.now();
  if (!isOver(lane.listedAt, timings.rideMs, now)) return noteListing(world, lane.lane, lane.listedAt);
  if (!(await store.lanes.winListing(lane.lane, lane.listedAt, now))) return;
  noteListing(world, lane.lane, now);
  const [failure] = await repairLanes(world, [lane]);
  // Its event or its message comes again: nobody else would refill what was released here.
  if (failure !== undefined) throw failure.error;
}

/**
 * Compares the jobs that hold slots with Bedrock's own list, does what lost events should have done, and refills.
 * Only holders are looked at: a job that is in Bedrock holds a slot until its end is known here. A job or a lane that
 * fails is told and holds up no other; a job of which nobody can tell whether it runs keeps its slot.
 *
 * @returns how those failed that did
 */
export async function repairLanes(world: World, lanes: readonly Lane[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  const step = async (about: Pick<Held, "lane" | "jobId"> | { lane: string }, doing: string, work: Step) => {
    return (await alone(world, { ...about, doing }, work, failures)) === undefined;
  };
  const held: Held[] = [];
  for (const { lane, holders } of lanes)
    for (const jobId of holders)
      await step({ lane, jobId }, `Reading job ${jobId}`, async () => {
        held.push({ lane, jobId, job: await world.store.jobs.get(jobId) });
      });
  let listed = new Map<string, BedrockJob>();
  await alone(world, { doing: "Reading Bedrock's list" }, async () => {
    listed = await listing(world, held);
  });
  const missed = new Set<string>();
  for (const { lane, jobId, job } of held)
    await step({ lane, jobId }, `Looking after job ${jobId}`, async () => {
      if (job === undefined) await world.store.lanes.releaseSlot(lane, jobId, "neutral");
      else if (await repairJob(world, await broughtHome(world, lane, job), listed.get(jobId))) missed.add(lane);
    });
  for (const lane of lanes) {
    const { lane: name } = lane;
    const isDone = await step({ lane: name }, `Refilling lane ${name}`, async () => {
      const left = await refill(world, name);
      await watch(world, left ?? lane, missed.has(name));
    });
    // Slots may have been released above, and must not wait for the next sweep.
    if (!isDone) await step({ lane: name }, `Waking lane ${name}`, () => world.messages.wake(name, AT_ONCE));
  }
  return failures;
}
type Step = () => Promise<unknown>;

/**
 * Where one end was missed the bus may be silent, and no event comes on which a listing could ride. So for a while the
 * lane is looked at as often as on a busy bus; whoever won the listing sends one message, so that they never multiply.
 * The same where a claim is left whose lease is not over: whoever has it may be dead, and his clock far ahead.
 */
async function watch({ store, messages, clock, timings }: World, lane: Lane, hasMissed: boolean): Promise<void> {
  const now = clock.now();
  if (hasMissed) await store.lanes.noteMissed(lane.lane, now);
  const isWatched = !isOver(lane.missedAt, timings.watchMs, now) && lane.holders.size > 0;
  const isClaimed = lane.claiming.size > 0 && !isBlocked(lane, now, longestBlocks(timings));
  // One millisecond more: a listing of exactly that age is young enough.
  if (hasMissed || isWatched || isClaimed) await messages.wake(lane.lane, now + timings.rideMs + 1);
}

interface Held {
  lane: string;
  jobId: string;
  job: Job | undefined;
}

/** What Bedrock's list says of the jobs that are held and run as far as is known here, by our job id. */
async function listing({ batch, stage }: World, held: readonly Held[]): Promise<Map<string, BedrockJob>> {
  const listed = new Map<string, BedrockJob>();
  const wanted = new Map(
    held.flatMap(({ job }) => {
      const arn = job && !hasEnded(job.status) ? arnOf(job) : undefined;
      return job && arn !== undefined ? [[job.jobId, { arn, enqueuedAt: job.enqueuedAt }]] : [];
    }),
  );
  const since = Math.min(...[...wanted.values()].map(({ enqueuedAt }) => enqueuedAt)) - CLOCK_SKEW_MS;
  let cursor: string | undefined;
  // The newest come first, so the first page has them all unless a job has run for longer than a thousand others took.
  for (let page = 0; page < MOST_LIST_PAGES && listed.size < wanted.size; page++) {
    const { items, cursor: next } = await batch.list(jobNamePrefix(stage), since, cursor);
    for (const job of items) {
      const jobId = jobIdOfName(stage, job.jobName);
      if (jobId !== undefined && wanted.get(jobId)?.arn === job.arn) listed.set(jobId, job);
    }
    if (next === undefined) break;
    cursor = next;
  }
  return listed;
}

/** The job, with its slot in the lane that has its model by now; an ended one, as of the lane that it is found in. */
async function broughtHome(world: World, lane: string, job: Job): Promise<Job> {
  const { store, settings, settingsVersion = 0 } = world;
  const home = homeOf(world, job);
  if (hasEnded(job.status) || home === lane || settings.lanes[home] === undefined) return { ...job, lane };
  for (const name of [home, lane]) {
    const found = await store.lanes.get(name);
    if (found !== undefined && found.settingsVersion > settingsVersion) return job;
  }
  await moveHolder(world, job.jobId, lane, home);
  return { ...job, lane: home };
}

/** True if nobody had told of the job's end. */
async function repairJob(world: World, job: Job, listed: BedrockJob | undefined): Promise<boolean> {
  const { batch, messages } = world;
  if (hasEnded(job.status)) {
    await releaseEnded(world, job, outcomeOf(job.status, listed?.processedRecords));
    return false;
  }
  const arn = arnOf(job);
  // Without an ARN it is an unfinished claim, and the refill that follows finishes it.
  if (arn === undefined) return false;
  // Absence from the list proves nothing: ask for the job itself.
  const seen = listed ?? (await batch.get(arn));
  if (seen === undefined || seen.status === job.status) return false;
  const forwarded = await bringForward(world, job.jobId, seen);
  if (forwarded === undefined || !hasEnded(forwarded.job.status)) return false;
  tellFound(world, forwarded.job, seen);
  await messages.collect(job.jobId, AT_ONCE);
  return true;
}

/** A listing may merely be faster than the event: only one that should have been here by now was lost. */
function tellFound({ log, clock, timings }: World, { lane, jobId, status }: Job, { endedAt }: BedrockJob): void {
  const isOverdue = endedAt === undefined || clock.now() - endedAt > timings.eventMs;
  if (isOverdue) log({ level: "warn", event: "lostEventRepaired", lane, jobId, status });
  else log({ level: "info", event: "endFoundFirst", lane, jobId, status });
}
