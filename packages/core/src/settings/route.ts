import { DROPS_PREFIX } from "../bucket/keys.ts";
import type { Problem } from "../problem.ts";
import { laneOfModel, type Route, type Settings } from "./settings.ts";

/** Object metadata by which one drop chooses its model, whatever its route says. */
export const MODEL_METADATA = "sluice-model";
/** Object metadata by which one drop chooses its priority. */
export const PRIORITY_METADATA = "sluice-priority";

/** How a drop is to be run. */
export interface Routed extends Route {
  /** The route's folder; undefined for the default route. */
  route?: string;
  lane: string;
}

/**
 * Finds how a drop is to be run: its first folder names a route if the settings have it, and its own metadata wins
 * over the route. A problem if the metadata asks for what the settings do not have.
 */
export function routeOf(
  settings: Settings,
  key: string,
  metadata: Readonly<Record<string, string>>,
): { routed: Routed; problem?: Problem } {
  const path = key.slice(DROPS_PREFIX.length);
  const folder = path.includes("/") ? path.slice(0, path.indexOf("/")) : undefined;
  const named = folder === undefined || !Object.hasOwn(settings.routes, folder) ? undefined : settings.routes[folder];
  const route = named ?? settings.default;
  const lane = laneOfModel(settings, route.model);
  // The settings' schema holds that every route's model has a lane.
  if (lane === undefined) throw new Error(`The settings have no lane for the model ${route.model}: check them again.`);
  const routed: Routed = { ...route, lane, ...(named !== undefined && folder !== undefined && { route: folder }) };
  return override(settings, routed, metadata);
}

function override(
  settings: Settings,
  routed: Routed,
  metadata: Readonly<Record<string, string>>,
): { routed: Routed; problem?: Problem } {
  const model = metadata[MODEL_METADATA];
  const priority = metadata[PRIORITY_METADATA];
  const lane = model === undefined ? routed.lane : laneOfModel(settings, model);
  if (lane === undefined) {
    const known = Object.values(settings.lanes).flatMap(({ models }) => models);
    const message = `No lane has the model ${model}. Add it to a lane of the settings, or use one of: ${known.join(", ")}.`;
    return { routed, problem: { code: "UnknownModel", message } };
  }
  if (priority !== undefined && !/^[0-9]$/.test(priority)) {
    const message = `The priority ${JSON.stringify(priority)} is not a digit from 0 to 9. Drop the file again with one.`;
    return { routed, problem: { code: "BadPriority", message } };
  }
  return {
    routed: {
      ...routed,
      lane,
      ...(model !== undefined && { model }),
      ...(priority !== undefined && { priority: Number(priority) }),
    },
  };
}
