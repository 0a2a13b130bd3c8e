import { DROPS_PREFIX } from "../bucket/keys.ts";
import { modelName } from "../model/model-name.ts";
import { type Problem, printable } from "../problem.ts";
import { laneOfModel, type Route, routeNamed, type Settings } from "./settings.ts";

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

/** The same before its lane is known. */
type Unlaned = Omit<Routed, "lane">;

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
  // Empty where there is none, which is the name of no route.
  const folder = path.slice(0, Math.max(0, path.indexOf("/")));
  const own = { ...routeNamed(settings, folder), ...(Object.hasOwn(settings.routes, folder) && { route: folder }) };
  const model = metadata[MODEL_METADATA];
  const priority = metadata[PRIORITY_METADATA];
  const problem = problemOfModel(settings, own, model) ?? problemOfPriority(own, priority);
  if (problem !== undefined) return { routed: inLane(settings, own), problem };
  const chosen = { ...own, model: model ?? own.model, priority: Number(priority ?? own.priority) };
  return { routed: inLane(settings, chosen) };
}

/** The settings' schema holds that the model of every route has a lane; `problemOfModel`, that a drop's own has one. */
function inLane(settings: Settings, route: Unlaned): Routed {
  const lane = laneOfModel(settings, route.model);
  if (lane === undefined) throw new Error(`The settings have no lane for the model ${route.model}: check them again.`);
  return { ...route, lane };
}

/** A route's own model is nobody else's budget, and is never refused. */
function problemOfModel(settings: Settings, own: Unlaned, model: string | undefined): Problem | undefined {
  if (model === undefined || modelName(model) === modelName(own.model)) return undefined;
  const asked = shown(model);
  const { models = own.route === undefined ? "any" : undefined } = own.allow;
  if (models !== "any" && !models?.some((other) => modelName(other) === modelName(model)))
    return {
      code: "NotAllowed",
      message: `${nameOf(own)} does not let a drop choose the model ${asked}. Drop the file where that model is the route's, or have it added to the route's allow.models.`,
    };
  if (laneOfModel(settings, model) !== undefined) return undefined;
  const known = Object.values(settings.lanes).flatMap(({ models }) => models);
  const message = `No lane has the model ${asked}. Add it to a lane of the settings, or use one of: ${known.join(", ")}.`;
  return { code: "UnknownModel", message };
}

function problemOfPriority(own: Unlaned, priority: string | undefined): Problem | undefined {
  if (priority === undefined) return undefined;
  if (!/^[0-9]$/.test(priority)) {
    const message = `The priority ${JSON.stringify(shown(priority))} is not a digit from 0 to 9. Drop the file again with one.`;
    return { code: "BadPriority", message };
  }
  const most = Math.max(own.allow.priority, own.priority);
  if (Number(priority) <= most) return undefined;
  const message = `${nameOf(own)} lets a drop choose a priority of at most ${most}, not ${priority}. Drop the file again with less, or have the route's allow.priority raised.`;
  return { code: "NotAllowed", message };
}

function nameOf({ route }: Unlaned): string {
  return route === undefined ? "The default route" : `The route ${shown(route)}`;
}

/** What stands in metadata may be long, and anything. */
function shown(text: string): string {
  return printable(text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
}
