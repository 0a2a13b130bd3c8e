import { checkStageSettings } from "../packages/stage/src/settings.ts";

/**
 * What your stage runs. Change it and deploy again: what is wrong is named before anything is touched.
 * Every field is explained in docs/deploy.md.
 */
export const settings = checkStageSettings(
  {
    queue: {
      lanes: {
        // `limit`: how many jobs at once. Look it up in Service Quotas, "Amazon Bedrock", for your model and Region,
        // or give the quota's code, { quota: "L-…" }, and each sweep reads it.
        "claude-haiku": { models: ["us.anthropic.claude-haiku-4-5-20251001-v1:0"], limit: 10 },
        "nova-lite": { models: ["amazon.nova-lite-v1:0"], limit: 10 },
      },
      // to-process/nova/… goes to Nova; every other file to the default.
      routes: { nova: { model: "amazon.nova-lite-v1:0" } },
      default: { model: "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
    },
    // notifications: { email: "you@example.com" },
  },
  "stacks/settings.ts",
);
