import {
  blockedModels,
  defaultTimings,
  isBlocked,
  type Lane,
  type LaneSettings,
  longestBlocks,
  NO_LANE,
} from "@sluice/core";
import type { Site } from "../reach/sluice.ts";

/** Entries of a lane's queue that are counted; more are shown as so many and more. */
export const MOST_COUNTED = 10_000;

export interface ShownLane {
  lane: string;
  models: string[];
  /** Absent for a lane whose quota nobody has read yet: its first job does. */
  limit?: number;
  /** The code of the quota that says the limit. */
  quota?: string;
  /** Jobs that hold a slot, and those of them that Bedrock has not confirmed yet. */
  running: number;
  claiming: number;
  /** Jobs in the queue, counted up to 10,000. */
  waiting: number;
  failuresInRow: number;
  /** A block of one model of the lane names it. */
  block?: { kind: string; until: string; reason: string; model?: string };
}

/** Every lane of the settings, those that left them but still have jobs, and what waits without any. */
export async function listLanes({ store, settings }: Site, now: number): Promise<ShownLane[]> {
  const stored = new Map((await store.lanes.all()).map((lane) => [lane.lane, lane]));
  const left = [...stored.values()].filter(({ lane, holders }) => !(lane in settings.lanes) && holders.size > 0);
  const homeless = (await store.queue.count(NO_LANE, 1)) > 0 ? [NO_LANE] : [];
  const names = [...Object.keys(settings.lanes), ...left.map(({ lane }) => lane), ...homeless];
  return Promise.all(
    names.map(async (name) => {
      const { models, limit } = settings.lanes[name] ?? { models: [], limit: 0 };
      const waiting = await store.queue.count(name, MOST_COUNTED);
      const lane = stored.get(name);
      return { ...shownLane(name, lane, now), models, ...shownLimit(limit, lane), waiting };
    }),
  );
}

function shownLimit(limit: LaneSettings["limit"], lane: Lane | undefined): Pick<ShownLane, "limit" | "quota"> {
  if (typeof limit === "number") return { limit };
  return { quota: limit.quota, ...(lane !== undefined && { limit: lane.limit }) };
}

function shownLane(name: string, lane: Lane | undefined, now: number) {
  const longest = longestBlocks(defaultTimings);
  const block = lane !== undefined && isBlocked(lane, now, longest) ? lane.block : undefined;
  const [ofModel] = lane === undefined ? [] : blockedModels(lane, now, longest);
  const shown = block ?? (ofModel && { ...ofModel[1], model: ofModel[0] });
  return {
    lane: name,
    running: lane?.holders.size ?? 0,
    claiming: lane?.claiming.size ?? 0,
    failuresInRow: lane?.failuresInRow ?? 0,
    ...(shown !== undefined && {
      block: {
        kind: shown.kind,
        until: new Date(shown.until).toISOString(),
        reason: shown.reason,
        ...("model" in shown && { model: shown.model }),
      },
    }),
  };
}
