import type { Lane } from "../lane/lane.ts";
import { type LaneSettings, MOST_JOBS_AT_ONCE } from "../settings/settings.ts";
import type { World } from "../world.ts";
import { closeLane, moveWaiting, takeOverHolders } from "./home.ts";

/** What a lane gets whose quota could never be read: its work goes on, one job at a time. */
const UNREAD_LIMIT = 1;

/**
 * The lane with the limit of the settings. A quota is only read for a lane that these settings have not touched yet; after
 * that the sweep reads it. A lane that newer settings have touched keeps their limit, and one that left the settings gives
 * no more slots: what waits in it goes to the lane that has its model now.
 */
export async function withLimit(world: World, name: string, lane: Lane | undefined): Promise<Lane | undefined> {
  const { settings, store, settingsVersion = 0 } = world;
  if (lane !== undefined && lane.settingsVersion > settingsVersion) return lane;
  const limit = settings.lanes[name]?.limit;
  if (limit === undefined) return withoutSettings(world, name, lane);
  const isNew = lane === undefined || lane.settingsVersion < settingsVersion;
  if (lane !== undefined && !isNew && (typeof limit !== "number" || lane.limit === limit)) return lane;
  if (isNew) await takeOverHolders(world, name);
  if (typeof limit !== "number") lane = await firstLimit(world, name, limit.quota, lane);
  else lane = await store.lanes.setLimit(name, limit, settingsVersion);
  if (isNew) await moveWaiting(world, name);
  return lane;
}

async function withoutSettings(world: World, name: string, lane: Lane | undefined): Promise<Lane | undefined> {
  await moveWaiting(world, name);
  return lane && closeLane(world, lane);
}

/** Makes a lane that is new in the settings, and gives one whose limit is a quota its value of now. */
export async function refreshLimit(world: World, name: string, limit: LaneSettings["limit"]): Promise<void> {
  const { store, log, settingsVersion = 0 } = world;
  const lane = await store.lanes.get(name);
  await withLimit(world, name, lane);
  if (lane === undefined || lane.settingsVersion !== settingsVersion || typeof limit === "number") return;
  const value = await readQuota(world, name, limit.quota, `The lane keeps its limit of ${lane.limit}`);
  if (value === undefined || value === lane.limit) return;
  await store.lanes.setLimit(name, value, settingsVersion);
  const message = `The quota ${limit.quota} is ${value}; the lane's limit was ${lane.limit}.`;
  log({ level: "info", event: "limitChanged", lane: name, count: value, message });
}

async function firstLimit(world: World, name: string, quotaCode: string, lane: Lane | undefined): Promise<Lane> {
  const { store, log, settingsVersion = 0 } = world;
  const unread = lane?.limit || UNREAD_LIMIT;
  const value = await readQuota(world, name, quotaCode, `The lane begins with a limit of ${unread}`);
  if (value === undefined) {
    // Another run may have read it meanwhile.
    const now = await store.lanes.get(name);
    return now?.settingsVersion === settingsVersion && now.limit > 0
      ? now
      : store.lanes.setLimit(name, unread, settingsVersion);
  }
  log({
    level: "info",
    event: "limitChanged",
    lane: name,
    count: value,
    message: `The quota ${quotaCode} is ${value}.`,
  });
  return store.lanes.setLimit(name, value, settingsVersion);
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
