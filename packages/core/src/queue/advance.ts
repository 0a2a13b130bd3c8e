import { jobIdOfName } from "../ids.ts";
import { hasEnded } from "../job/status.ts";
import { laneOfModel } from "../settings/settings.ts";
import type { World } from "../world.ts";
import { moveOn, type Sighting } from "./move.ts";
import { refill } from "./refill.ts";
import { rideAlong } from "./repair.ts";

/**
 * Takes in a state-change event: the job moves forward, an ended one gives its slot back, and its lane is refilled at
 * once; also on a repeated event, for whoever met the first may have died in between. An event of a job that is not
 * ours only wakes its lane: a slot of the same quota may have come free.
 */
export async function advance(world: World, event: Sighting): Promise<void> {
  const { store, settings, stage, log } = world;
  const jobId = jobIdOfName(stage, event.jobName);
  const moved = jobId === undefined ? undefined : await moveOn(world, jobId, event);
  const laneName = moved?.job.lane ?? laneOfModel(settings, event.modelId);
  if (laneName === undefined) {
    log({ level: "info", event: "eventOfNoLane", status: event.status });
    return;
  }
  if (moved === undefined && hasEnded(event.status) && (await store.lane(laneName))?.block?.kind === "quota")
    await store.liftBlock(laneName, ["quota"]);
  const lane = await refill(world, laneName, moved?.freed);
  if (lane !== undefined) await rideAlong(world, lane);
}
