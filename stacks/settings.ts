import { batchModel } from "../packages/stage/src/settings/batch-models.ts";
import { checkStageSettings } from "../packages/stage/src/settings/settings.ts";
import { region } from "./place.ts";

/** A model's id differs from Region to Region; these are the ones of yours, or undefined where it has no batches. */
const haiku = batchModel("claude-haiku-4-5", region);
const nova = batchModel("nova-lite", region);

/**
 * What your stage runs. Change it and deploy again: what is wrong is named before anything is touched.
 * Every field is explained in docs/deploy.md.
 */
export const settings = checkStageSettings(
  {
    queue: {
      lanes: {
        // `limit`: how many jobs at once. "quota" is your account's quota of the model, which each sweep reads; a
        // number is a number, and { quota: "L-…" } another quota of Service Quotas.
        ...(haiku && { "claude-haiku": { models: [haiku], limit: "quota" } }),
        ...(nova && { "nova-lite": { models: [nova], limit: "quota" } }),
      },
      // to-process/nova/… goes to Nova; every other file to the default.
      routes: { ...(nova && { nova: { model: nova } }) },
      default: { model: haiku ?? nova ?? "none" },
    },
    // notifications: { email: "you@example.com" },
  },
  "stacks/settings.ts",
  region,
);
