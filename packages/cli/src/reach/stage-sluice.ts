import { createReadStream } from "node:fs";
import { readParameter, stageClient } from "@sluice/aws";
import { type Log, STAGE, sweep } from "@sluice/core";
import { type AwsWorld, awsWorld } from "@sluice/functions/aws-world";
import { APP, parseStageOutputs, stageParameterName } from "@sluice/stage";
import { Failure } from "../failure.ts";
import type { Site } from "./sluice.ts";

/** Jobs take minutes at least, and each look at the table costs a read. */
const POLL_MS = 5_000;

/** Opens a deployed stage with the user's own credentials. */
export async function openStage(stage: string): Promise<Site> {
  const world = await stageWorld(stage, () => {});
  const { objects } = world;
  return {
    name: `the stage ${stage}`,
    stage: world.stage,
    settings: world.settings,
    objects,
    store: world.store,
    put: (key, path, metadata) => objects.put(key, createReadStream(path), metadata),
    placeOf: (key) => `s3://${objects.bucket}/${key}`,
    isRunning: true,
    pollMs: POLL_MS,
    // A stage's queue is worked on by functions, which are always there.
    checkRunning: async () => {},
    close: async () => {},
  };
}

/** Sweeps a deployed stage from this machine; the messages that come of it go to the stage's own queues. */
export async function sweepStage(stage: string, log: Log): Promise<{ lanes: number }> {
  const world = await stageWorld(stage, log);
  await sweep(world);
  return { lanes: Object.keys(world.settings.lanes).length };
}

async function stageWorld(stage: string, log: Log): Promise<AwsWorld> {
  if (!STAGE.test(stage))
    throw new Failure(
      "NoStage",
      `No stage can be called ${JSON.stringify(stage)}: a name is up to 28 lower-case letters, digits and -.`,
      "Look how it was deployed: npx -y pnpm@12 sst deploy --stage NAME.",
    );
  const client = stageClient();
  const name = stageParameterName(APP, stage);
  const value = await readParameter(client, name);
  const region = await client.config.region();
  if (value === undefined)
    throw new Failure(
      "NoStage",
      `There is no stage ${stage} of Sluice in ${region}: nothing has the parameter ${name}.`,
      `Deploy it with: npx -y pnpm@12 sst deploy --stage ${stage}, or look in another Region or account (AWS_REGION, AWS_PROFILE).`,
    );
  return awsWorld(parseStageOutputs(parsed(value), `The parameter ${name}`), log);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
