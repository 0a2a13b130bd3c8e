import { laneOfModel, MODEL_METADATA, PRIORITY_METADATA, type Settings } from "@sluice/core";
import { wrongUse } from "../failure.ts";
import { suggestion } from "../nearest.ts";

/** What a user asked for about how to run files. */
export interface Wishes {
  route?: string;
  model?: string;
  priority?: number;
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

/** The wishes as metadata of an object; a route is a folder instead. */
export function metadataOf({ model, priority }: Wishes): Record<string, string> {
  return {
    ...(model !== undefined && { [MODEL_METADATA]: model }),
    ...(priority !== undefined && { [PRIORITY_METADATA]: String(priority) }),
  };
}
