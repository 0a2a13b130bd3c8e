import { AT_ONCE } from "../ports/messages.ts";
import { isToCome, longestWakeMs } from "../rules/clocks.ts";
import { refill } from "../slots/refill.ts";
import type { World } from "../world.ts";
import { rideAlong } from "./repair.ts";

/**
 * Takes in a wake message: refills its lane, and lists once as well if the last listing is old. One that was delivered
 * early, because queues delay by minutes at most, is sent again. One of a lane that left the settings goes on to those
 * with unfinished claims: it may be theirs, moved since it was sent.
 */
export async function wake(world: World, laneName: string, at: number): Promise<void> {
  if (isToCome(at, longestWakeMs(world.timings), world.clock.now())) return world.messages.wake(laneName, at);
  const lane = await refill(world, laneName);
  if (lane !== undefined) await rideAlong(world, lane);
  if (world.settings.lanes[laneName] === undefined) await passOn(world);
}

async function passOn({ store, messages, settings }: World): Promise<void> {
  for (const { lane, claiming } of await store.lanes.all())
    if (claiming.size > 0 && settings.lanes[lane] !== undefined) await messages.wake(lane, AT_ONCE);
}
