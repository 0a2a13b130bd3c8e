import { createReadStream } from "node:fs";
import { readParameter, stageClient } from "@sluice/aws";
import { type Log, type ObjectHead, type Settings, STAGE, sweep } from "@sluice/core";
import { type AwsWorld, awsWorld } from "@sluice/functions/aws-world";
import { APP, parseStageOutputs, stageParameterName } from "@sluice/stage";
import { Failure } from "../failure.ts";
import { commandLine } from "../options.ts";
import { HASH_METADATA, hashOfContent } from "./content.ts";
import type { Site } from "./sluice.ts";

/** Jobs take minutes at least, and each look at the table costs a read. */
const POLL_MS = 5_000;

/** Opens a deployed stage with the user's own credentials. */
export async function openStage(stage: string): Promise<Site> {
  const world = await stageWorld(stage, () => {});
  const { objects } = world;
  return {
    name: `the stage ${stage}`,
    command: (args) => commandLine(args, { dir: "", stage }),
    stage: world.stage,
    settings: world.settings,
    objects,
    store: world.store,
    // Who may read the table may still have no right to ask Bedrock; what it would add is then left out.
    bedrockJob: (arn) => world.batch.get(arn).catch(() => undefined),
    put: async (key, path, metadata) =>
      objects.put(key, createReadStream(path), { ...metadata, [HASH_METADATA]: await hashOfContent(path) }),
    hasContent,
    placeOf: (key) => `s3://${objects.bucket}/${key}`,
    isRunning: true,
    pollMs: POLL_MS,
    // A stage's queue is worked on by functions, which are always there.
    checkRunning: async () => {},
    trouble: async () => undefined,
    close: async () => {},
  };
}

/** The settings that a deployed stage runs with. */
export async function stageSettings(stage: string): Promise<Settings> {
  return (await stageWorld(stage, () => {})).settings;
}

/** Sweeps a deployed stage from this machine; the messages that come of it go to the stage's own queues. */
export async function sweepStage(stage: string, log: Log): Promise<{ lanes: number }> {
  const world = await stageWorld(stage, log);
  const [failure] = await sweep(world);
  // Each is in the log; whoever swept by hand is told of the first.
  if (failure !== undefined) throw failure.error;
  return { lanes: Object.keys(world.settings.lanes).length };
}

/** By the hash that `submit` leaves, or the ETag, where that is the MD5 of an object that was put in one piece. */
async function hasContent({ etag, metadata }: ObjectHead, path: string): Promise<boolean> {
  const hash = metadata[HASH_METADATA];
  if (hash !== undefined) return hash === (await hashOfContent(path));
  const md5 = /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1];
  return md5 !== undefined && md5 === (await hashOfContent(path, "md5"));
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
