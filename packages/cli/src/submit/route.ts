import { laneOfModel, MODEL_METADATA, PRIORITY_METADATA, type Settings } from "@sluice/core";
import { wrongUse } from "../failure.ts";
import { suggestion } from "../nearest.ts";

/** What a user asked for about how to run files. */
export interface Wishes {
  route?: string;
  model?: string;
  priority?: number;
  /** Also where the same content was run before. */
  again?: boolean;
}

/** @throws Failure (wrong use) if the settings do not have the route or the model */
export function checkWishes(settings: Settings, { route, model }: Wishes): void {
  if (route !== undefined && !Object.hasOwn(settings.routes, route))
    throw wrongUse(
      "UnknownRoute",
      `The settings have no route ${route}.`,
      suggestion(route, Object.keys(settings.routes)),
    );
  if (model !== undefined && laneOfModel(settings, model) === undefined) {
    const known = Object.values(settings.lanes).flatMap(({ models }) => models);
    throw wrongUse("UnknownModel", `No lane of the settings has the model ${model}.`, suggestion(model, known));
  }
}

/** Object metadata by which a drop of bytes that were run before is run again. */
const AGAIN_METADATA = "sluice-again";

/** The wishes as metadata of an object; a route is a folder instead. */
export function metadataOf({ model, priority, again }: Wishes): Record<string, string> {
  return {
    ...(again && { [AGAIN_METADATA]: "yes" }),
    ...(model !== undefined && { [MODEL_METADATA]: model }),
    ...(priority !== undefined && { [PRIORITY_METADATA]: String(priority) }),
  };
}
