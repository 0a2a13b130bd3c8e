import { randomUUID } from "node:crypto";
import {
  BedrockBatch,
  bedrockClient,
  DynamoStore,
  dynamoClient,
  quotasClient,
  S3Objects,
  ServiceQuotas,
  SqsMessages,
  s3Client,
  sqsClient,
} from "@sluice/aws";
import { defaultTimings, type Log, parseSettings, type Settings, type World } from "@sluice/core";
import type { StageOutputs } from "@sluice/stage";

/** Settings are kilobytes; whatever is larger is not ours. */
const MOST_SETTINGS_BYTES = 5_000_000;

/** A world whose objects are in S3. */
export type AwsWorld = World & { objects: S3Objects };

/**
 * Composes the world of a deployed stage out of AWS's clients, which find their endpoints and credentials by
 * themselves. Reads the settings once: a deploy that changes them changes their key, and so starts the functions anew.
 *
 * @throws SettingsInvalid, or what S3 answers if the settings cannot be read
 */
export async function awsWorld(outputs: StageOutputs, log: Log): Promise<AwsWorld> {
  const { stage, namespace = stage, region, bucket, table, bedrockRoleArn, kmsKeyArn, keepDays } = outputs;
  const { planQueueUrl, collectQueueUrl, wakeQueueUrl } = outputs;
  const objects = new S3Objects({ client: s3Client({ region }), bucket });
  const clock = { now: () => Date.now() };
  return {
    stage: namespace,
    settings: await readSettings(objects, outputs.settingsKey),
    // A deploy that changes the settings writes them as a new object, so the service's own time says which are newer.
    settingsVersion: (await objects.head(outputs.settingsKey))?.lastModified ?? 0,
    timings: defaultTimings,
    store: new DynamoStore({
      client: dynamoClient({ region }),
      table,
      keep: { days: keepDays, now: clock.now },
    }),
    batch: new BedrockBatch({
      client: bedrockClient({ region }),
      bucket,
      roleArn: bedrockRoleArn,
      ...(kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }),
    }),
    objects,
    messages: new SqsMessages({
      client: sqsClient({ region }),
      planQueueUrl,
      collectQueueUrl,
      wakeQueueUrl,
      clock,
    }),
    quotas: new ServiceQuotas({ client: quotasClient({ region }) }),
    clock,
    ids: { run: () => randomUUID().replaceAll("-", "") },
    log,
  };
}

async function readSettings(objects: S3Objects, key: string): Promise<Settings> {
  const source = `s3://${objects.bucket}/${key}`;
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of objects.read({ key })) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MOST_SETTINGS_BYTES)
      throw new Error(`The settings in ${source} have more than ${MOST_SETTINGS_BYTES} bytes. Deploy the stage again.`);
  }
  return parseSettings(JSON.parse(text + decoder.decode()), source);
}
