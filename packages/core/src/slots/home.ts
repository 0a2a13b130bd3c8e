import { ItemUnreadable } from "../errors.ts";
import type { Job, QueueEntry } from "../job/job.ts";
import { isEnded } from "../job/job.ts";
import type { Lane } from "../lane/lane.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { laneOfModel } from "../settings/settings.ts";
import type { World } from "../world.ts";
import { releaseEnded } from "./release.ts";

/** The queue of jobs whose model is in no lane; no lane can be called so. */
export const NO_LANE = "(no lane)";
/** How many entries of a queue are looked through at a time, and how many such pages one run reads. */
const PAGE = 100;
const MOST_PAGES = 50;

/** The lane whose quota a job counts against by the settings of now, whatever the lane that it was queued in. */
export function homeOf({ settings }: Pick<World, "settings">, { modelId }: Pick<Job, "modelId">): string {
  return laneOfModel(settings, modelId) ?? NO_LANE;
}

/** A job; where its item cannot be read, that error: it has the model, and nothing is held up by the rest. */
async function readJob({ store }: World, jobId: string): Promise<Job | ItemUnreadable | undefined> {
  try {
    return await store.jobs.get(jobId);
  } catch (error) {
    if (error instanceof ItemUnreadable) return error;
    throw error;
  }
}

/** The model of a job that waits; undefined if nobody can tell. Entries of earlier versions have none. */
export async function modelOf(world: World, { modelId, jobId }: QueueEntry): Promise<string | undefined> {
  return modelId ?? (await readJob(world, jobId))?.modelId;
}

/**
 * Moves what waits in a queue to the queues of the lanes that have its models now, and wakes them. An instance whose
 * settings are not the newest that any lane has seen moves nothing.
 */
export async function moveWaiting(world: World, queue: string): Promise<void> {
  const { store, messages, settingsVersion = 0 } = world;
  const homes = new Set<string>();
  let after: QueueEntry | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const entries = await store.queue.head(queue, PAGE, after);
    for (const entry of entries) {
      const modelId = await modelOf(world, entry);
      // A job that is in no table: the refill that meets its entry drops it. One that cannot be read stays here until it can.
      if (modelId === undefined) continue;
      const home = homeOf(world, { modelId });
      if (home === queue) continue;
      if (homes.size === 0 && (await store.lanes.all()).some((lane) => lane.settingsVersion > settingsVersion)) return;
      if (!homes.has(home)) await makeLane(world, home);
      // A crash in between leaves two entries, of which the second to be met is dropped. Put once more at the end: where
      // another instance moves it the other way meanwhile, the last thing that either does leaves an entry.
      await store.queue.put({ ...entry, lane: home, modelId });
      await store.queue.drop(entry);
      await store.queue.put({ ...entry, lane: home, modelId });
      homes.add(home);
    }
    after = entries.at(-1);
    if (entries.length < PAGE) break;
  }
  for (const home of homes) if (home !== NO_LANE) await messages.wake(home, AT_ONCE);
}

/**
 * Makes a lane that is not in the table, without slots until those of its models are in it: a queue without a lane would
 * be looked through by nobody, once the lane is renamed again.
 */
export async function makeLane({ store }: World, lane: string): Promise<void> {
  if (lane !== NO_LANE && (await store.lanes.get(lane)) === undefined) await store.lanes.setLimit(lane, 0);
}

/** Sees to it that a lane which left the settings gives no more slots, and says so once. */
export async function closeLane({ store, settingsVersion = 0, log }: World, lane: Lane): Promise<Lane> {
  if (lane.limit === 0 && lane.settingsVersion === settingsVersion) return lane;
  const message = `The lane ${lane.lane} is in the settings no more: it gives no more slots, its jobs that run go on, and those that wait move to the lane that has their model.`;
  log({ level: "info", event: "laneLeft", lane: lane.lane, count: lane.holders.size, message });
  return store.lanes.setLimit(lane.lane, 0, settingsVersion);
}

/** Takes over the slots that jobs of this lane's models hold in others: whatever their lane was called, it is one quota. */
export async function takeOverHolders(world: World, name: string): Promise<void> {
  const { store, settings, settingsVersion = 0 } = world;
  for (const other of await store.lanes.all()) {
    const { lane } = other;
    if (lane === name || other.settingsVersion > settingsVersion) continue;
    // Closed first: an instance with the settings of before would fill the slots that move away.
    const isLeft = settings.lanes[lane] === undefined;
    const { holders } = isLeft ? await closeLane(world, other) : other;
    if (isLeft) await moveWaiting(world, lane);
    for (const jobId of holders) {
      const job = await readJob(world, jobId);
      if (job?.modelId === undefined || (!(job instanceof ItemUnreadable) && isEnded(job))) continue;
      if (homeOf(world, { modelId: job.modelId }) === name) await moveHolder(world, jobId, lane, name);
    }
  }
}

/**
 * Moves a slot from one lane to another. The job says first where it is looked for; then it holds two slots for a
 * moment, never none.
 */
export async function moveHolder(world: World, jobId: string, from: string, to: string): Promise<void> {
  const { store, messages } = world;
  await store.jobs.moveTo(jobId, to);
  await makeLane(world, to);
  await store.lanes.takeOver(to, jobId);
  await store.lanes.releaseSlot(from, jobId, "neutral");
  const job = await readJob(world, jobId);
  if (job === undefined || job instanceof ItemUnreadable) return;
  // The message that waits for its lease is that of the lane it was in.
  if (job.status === "Claimed") await messages.wake(to, job.claim.leaseUntil);
  // Its end was met between two of these steps, and released where it no longer or not yet was.
  if (isEnded(job)) await releaseEnded(world, job, "neutral");
}
