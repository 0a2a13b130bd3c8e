import { jobIdOfName } from "../ids.ts";
import { hasEnded } from "../job/status.ts";
import type { Lane } from "../lane/lane.ts";
import { laneOfModel } from "../settings/settings.ts";
import { bringForward, type Sighting } from "../slots/bring-forward.ts";
import { refill } from "../slots/refill.ts";
import type { World } from "../world.ts";
import { isFreshlyListed, rideAlong } from "./repair.ts";

/**
 * Takes in a state-change event: the job is brought forward; an ended one gives its slot back, and its lane is refilled
 * at once, also on a repeated event, for whoever met the first may have died in between. The end of a job that is not
 * ours refills its lane too: a slot of the same quota came free. Four of five events tell of no end, and cost no more
 * than a look at the lane, and not even that while its last listing is known to be young.
 */
export async function advance(world: World, event: Sighting): Promise<void> {
  const { settings, stage, log } = world;
  const jobId = jobIdOfName(stage, event.jobName);
  const forwarded = jobId === undefined ? undefined : await bringForward(world, jobId, event);
  const laneName = laneOfModel(settings, forwarded?.job.modelId ?? event.modelId) ?? forwarded?.job.lane;
  if (laneName === undefined) {
    log({ level: "info", event: "eventOfNoLane", status: event.status });
    return;
  }
  const { freed: released } = forwarded ?? {};
  // Its slot was in another lane than it would have by these settings: newer ones, or those of before.
  if (released !== undefined && released.lane !== laneName) await refill(world, released.lane, released);
  const own = released?.lane === laneName ? released : undefined;
  const freed = own ?? (hasEnded(event.status) ? await unblocked(world, laneName) : undefined);
  const isOfEnd = released !== undefined || hasEnded(event.status);
  if (!isOfEnd && isFreshlyListed(world, laneName)) return;
  const lane = isOfEnd ? await refill(world, laneName, freed) : await world.store.lanes.get(laneName);
  if (lane !== undefined) await rideAlong(world, lane);
}

/**
 * The lane after an end that released nothing here: that of another user's job, or one whose release took effect and
 * only its answer was lost. A slot of the quota came free all the same.
 */
async function unblocked({ store }: World, laneName: string): Promise<Lane | undefined> {
  const lane = await store.lanes.get(laneName);
  if (lane?.block?.kind !== "quota") return lane;
  await store.lanes.liftBlock(laneName, ["quota"]);
  const { block: _, ...free } = lane;
  return free;
}
