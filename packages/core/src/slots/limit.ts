import type { Lane } from "../lane/lane.ts";
import { type LaneSettings, MOST_JOBS_AT_ONCE } from "../settings/settings.ts";
import type { World } from "../world.ts";

/** What a lane gets whose quota could never be read: its work goes on, one job at a time. */
const UNREAD_LIMIT = 1;

/**
 * The lane with the limit of the settings. A quota is only read for a lane that is not in the table yet; after that
 * the sweep reads it. A lane that left the settings keeps its last limit until it is empty.
 */
export async function withLimit(world: World, name: string, lane: Lane | undefined): Promise<Lane | undefined> {
  const { settings, store } = world;
  const limit = settings.lanes[name]?.limit;
  if (limit === undefined) return lane;
  if (typeof limit === "number") return lane?.limit === limit ? lane : store.lanes.setLimit(name, limit);
  return lane ?? newLane(world, name, limit.quota);
}

/** Makes a lane that is new in the settings, and gives one whose limit is a quota its value of now. */
export async function refreshLimit(world: World, name: string, limit: LaneSettings["limit"]): Promise<void> {
  const { store, log } = world;
  const lane = await store.lanes.get(name);
  if (lane === undefined) await withLimit(world, name, undefined);
  if (lane === undefined || typeof limit === "number") return;
  const value = await readQuota(world, name, limit.quota, `The lane keeps its limit of ${lane.limit}`);
  if (value === undefined || value === lane.limit) return;
  await store.lanes.setLimit(name, value);
  const message = `The quota ${limit.quota} is ${value}; the lane's limit was ${lane.limit}.`;
  log({ level: "info", event: "limitChanged", lane: name, count: value, message });
}

async function newLane(world: World, name: string, quotaCode: string): Promise<Lane> {
  const { store, log } = world;
  const value = await readQuota(world, name, quotaCode, `The lane begins with a limit of ${UNREAD_LIMIT}`);
  if (value === undefined) {
    // Another run may have read it meanwhile.
    return (await store.lanes.get(name)) ?? store.lanes.setLimit(name, UNREAD_LIMIT);
  }
  log({
    level: "info",
    event: "limitChanged",
    lane: name,
    count: value,
    message: `The quota ${quotaCode} is ${value}.`,
  });
  return store.lanes.setLimit(name, value);
}

/** A quota's value within what a lane can have; undefined, and a warning, if it cannot be read. */
async function readQuota(
  { quotas, log }: World,
  lane: string,
  quotaCode: string,
  instead: string,
): Promise<number | undefined> {
  let problem = "there is no such quota";
  try {
    const value = await quotas?.limitOf(quotaCode);
    if (value !== undefined && value >= 0) return Math.min(MOST_JOBS_AT_ONCE, Math.floor(value));
    if (quotas === undefined) problem = "this world has no Service Quotas";
  } catch (error) {
    problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const message = `The quota ${quotaCode} could not be read: ${problem}. ${instead} until a sweep reads it. Check its code in the Service Quotas console (Amazon Bedrock, in this Region) and the right servicequotas:GetServiceQuota, or set the lane's limit to a number.`;
  log({ level: "warn", event: "quotaUnread", lane, message });
  return undefined;
}
