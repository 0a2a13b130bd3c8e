import { DROPS_PREFIX } from "../bucket/keys.ts";
import { modelName } from "../model/model-name.ts";
import { type Problem, printable } from "../problem.ts";
import { laneOfModel, type Route, type Settings } from "./settings.ts";

/** So much of what a drop asked for is repeated in words. */
const MOST_SHOWN = 200;

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
  const problem = problemOfModel(settings, routed, model, lane) ?? problemOfPriority(routed, priority);
  if (problem !== undefined || lane === undefined) return { routed, ...(problem !== undefined && { problem }) };
  return {
    routed: {
      ...routed,
      lane,
      ...(model !== undefined && { model }),
      ...(priority !== undefined && { priority: Number(priority) }),
    },
  };
}

/** A route's own model is nobody else's budget, and is never refused. */
function problemOfModel(
  settings: Settings,
  routed: Routed,
  model: string | undefined,
  lane: string | undefined,
): Problem | undefined {
  if (model === undefined || modelName(model) === modelName(routed.model)) return undefined;
  const asked = shown(model);
  const allowed = routed.allow.models ?? (routed.route === undefined ? "any" : []);
  if (allowed !== "any" && !allowed.some((other) => modelName(other) === modelName(model)))
    return {
      code: "NotAllowed",
      message: `${nameOf(routed)} does not let a drop choose the model ${asked}. Drop the file where that model is the route's, or have it added to the route's allow.models.`,
    };
  if (lane !== undefined) return undefined;
  const known = Object.values(settings.lanes).flatMap(({ models }) => models);
  const message = `No lane has the model ${asked}. Add it to a lane of the settings, or use one of: ${known.join(", ")}.`;
  return { code: "UnknownModel", message };
}

function problemOfPriority(routed: Routed, priority: string | undefined): Problem | undefined {
  if (priority === undefined) return undefined;
  if (!/^[0-9]$/.test(priority)) {
    const message = `The priority ${JSON.stringify(shown(priority))} is not a digit from 0 to 9. Drop the file again with one.`;
    return { code: "BadPriority", message };
  }
  const most = Math.max(routed.allow.priority, routed.priority);
  if (Number(priority) <= most) return undefined;
  const message = `${nameOf(routed)} lets a drop choose a priority of at most ${most}, not ${priority}. Drop the file again with less, or have the route's allow.priority raised.`;
  return { code: "NotAllowed", message };
}

function nameOf({ route }: Routed): string {
  return route === undefined ? "The default route" : `The route ${shown(route)}`;
}

/** What stands in metadata may be long, and anything. */
function shown(text: string): string {
  return printable(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}
