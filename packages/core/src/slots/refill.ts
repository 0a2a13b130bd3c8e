import { ItemUnreadable } from "../errors.ts";
import type { QueueEntry } from "../job/job.ts";
import type { Lane } from "../lane/lane.ts";
import { hasRoom, isBlocked, modelBlock } from "../lane/lane.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { longestBlocks } from "../rules/clocks.ts";
import { laneTransition } from "../rules/lane.ts";
import type { World } from "../world.ts";
import type { Finished, Run } from "./claim.ts";
import { finishClaim, finishFoundClaim, lookUpClaim } from "./claims.ts";
import { modelOf } from "./home.ts";
import { withLimit } from "./limit.ts";

/** How often one run begins again after it gave a slot back; the rest is left to a wake message. */
const MOST_ROUNDS = 20;
/** How many entries one read of the queue takes at most. */
const MOST_ENTRIES = 25;
/** And where those of a blocked model are passed over. */
const MANY_ENTRIES = 250;
/** Entries read beyond the lane's room, so that a stale one at the head costs no second read. */
const SPARE_ENTRIES = 2;
/** How many pages of the queue one round looks through; only stale entries make it more than one. */
const MOST_PAGES = 40;
/** How often a claim is tried that the lane refused although it has room. */
const MOST_CLAIMS = 3;

/**
 * Gives the lane's free slots to its next jobs. Unfinished claims come first: they hold slots already, and whoever
 * left them may be dead.
 *
 * @param freed the lane as it was right after a slot came free, which saves reading it again
 * @returns the lane as it was read last; undefined if there is no such lane
 * @throws what the first claim that failed threw, after the others were served
 */
export async function refill(world: World, laneName: string, freed?: Lane): Promise<Lane | undefined> {
  const run: Run = { owner: world.ids.run(), tried: new Set(), failures: [] };
  const lane = await fill(world, run, laneName, freed);
  // The others have their slots: whoever called is called again for the sake of this one.
  if (run.failures.length > 0) throw run.failures[0];
  return lane;
}

async function fill(world: World, run: Run, laneName: string, freed?: Lane): Promise<Lane | undefined> {
  let lane = freed;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    lane = await withLimit(world, laneName, round === 0 && freed ? freed : await world.store.lanes.get(laneName));
    if (lane === undefined) return undefined;
    if (isBlocked(lane, world.clock.now(), longestBlocks(world.timings))) {
      for (const jobId of lane.claiming) await tryAlone(world, run, lane, jobId, () => lookUpClaim(world, jobId));
      return lane;
    }
    if ((await fillOnce(world, run, lane)) === "full") return lane;
  }
  await world.messages.wake(laneName, AT_ONCE);
  return lane;
}

/** One round: "again" after a release, because what was read before it no longer holds. */
async function fillOnce(world: World, run: Run, lane: Lane): Promise<"again" | "full"> {
  for (const jobId of lane.claiming) {
    const finished = await finishAlone(world, run, lane, jobId);
    if (finished !== "done") return finished === "released" ? "again" : "full";
  }
  if (!hasRoom(lane)) return "full";
  const room = Math.max(0, lane.limit - lane.holders.size);
  const pageSize = lane.modelBlocks.size > 0 ? MANY_ENTRIES : Math.min(MOST_ENTRIES, room + SPARE_ENTRIES);
  let skipped = 0;
  let after: QueueEntry | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const entries = await world.store.queue.head(lane.lane, pageSize, after);
    for (const entry of entries) {
      if (run.tried.has(entry.jobId) || (await waitsForModel(world, lane, entry))) {
        skipped++;
        continue;
      }
      if (!(await claim(world, lane.lane, entry.jobId))) return "full";
      const finished = await finishAlone(world, run, lane, entry.jobId, entry);
      if (finished !== "done") return finished === "released" ? "again" : "full";
    }
    if (entries.length < pageSize) return "full";
    after = entries.at(-1);
  }
  // What was skipped has a message of its own, at the end of its block.
  if (skipped === 0) await world.messages.wake(lane.lane, AT_ONCE);
  return "full";
}

/** True for a job whose model is blocked: it keeps its place, and those of other models go before it. */
async function waitsForModel(world: World, lane: Lane, entry: QueueEntry): Promise<boolean> {
  if (lane.modelBlocks.size === 0) return false;
  const { clock, timings } = world;
  const modelId = await modelOf(world, entry);
  return modelId !== undefined && modelBlock(lane, modelId, clock.now(), longestBlocks(timings)) !== undefined;
}

/** Finishes a claim, a new one of an entry or one that was found; one that fails keeps its slot and holds no other up. */
async function finishAlone(world: World, run: Run, lane: Lane, jobId: string, entry?: QueueEntry): Promise<Finished> {
  const isFound = entry === undefined;
  const finish = () =>
    isFound ? finishFoundClaim(world, run, lane, jobId) : finishClaim(world, run, lane, jobId, entry);
  return (await tryAlone(world, run, lane, jobId, finish)) ?? "done";
}

/** Does something for one claim; what fails is told, and left for the end of the run. */
async function tryAlone<T>(
  world: World,
  run: Run,
  lane: Lane,
  jobId: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    // What no item can be read of is no better when whoever called is called again: each sweep tells of it.
    if (!(error instanceof ItemUnreadable)) run.failures.push(error);
    const message = `Job ${jobId} could not be given to Bedrock: ${error instanceof Error ? error.message : error} It keeps its slot and is tried again; the others go on.`;
    world.log({ level: "error", event: "claimFailed", lane: lane.lane, jobId, message });
    return undefined;
  }
}

/** True if the job holds a slot now. A refusal tells neither why, nor whether our own earlier try succeeded: read. */
async function claim(world: World, laneName: string, jobId: string): Promise<boolean> {
  const { store, clock, messages, timings } = world;
  const longest = longestBlocks(timings);
  for (let attempt = 0; attempt < MOST_CLAIMS; attempt++) {
    if (await store.lanes.claimSlot(laneName, jobId, clock.now(), longest)) return true;
    const lane = await store.lanes.get(laneName);
    if (lane?.holders.has(jobId)) return true;
    if ("refused" in laneTransition(lane, { kind: "claimSlot", jobId, now: clock.now(), longest })) return false;
  }
  await messages.wake(laneName, AT_ONCE);
  return false;
}
