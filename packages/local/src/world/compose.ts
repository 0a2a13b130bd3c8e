import { randomUUID } from "node:crypto";
import { BedrockBatch, bedrockClient, DynamoStore } from "@sluice/aws";
import {
  type BatchService,
  defaultTimings,
  type Log,
  type Messages,
  type ObjectStore,
  type Settings,
  scaleTimings,
  type Timings,
  type World,
} from "@sluice/core";
import { LOCAL_CLIENT, LOCAL_TABLE, tableClient } from "../directory/table.ts";

/** The stage of every local world: a directory has its own account, so one name does for all. */
export const LOCAL_STAGE = "local";
/** The batch server knows no roles, but wants one that is well formed. */
const LOCAL_ROLE = "arn:aws:iam::123456789012:role/sluice-local";

export interface WorldParts {
  /** `http://127.0.0.1:<port>` of the embedded DynamoDB and of the batch server. */
  readonly dynamodb: string;
  readonly bedrock: string;
  readonly objects: ObjectStore;
  readonly settings: Settings;
  /** Divides every duration that the queue waits for. */
  readonly speed: number;
  readonly messages: Messages;
  readonly log: Log;
}

/** However fast Bedrock's minutes pass, a busy process takes its time to deliver an event. */
const MIN_EVENT_MS = 2_000;

function localTimings(speed: number): Timings {
  const timings = scaleTimings(defaultTimings, speed);
  return { ...timings, eventMs: Math.max(MIN_EVENT_MS, timings.eventMs) };
}

/** The batch server of a local world; `close` gives its connections back. */
export function localBatch(endpoint: string, bucket: string): { batch: BatchService; close: () => void } {
  const client = bedrockClient({ ...LOCAL_CLIENT, endpoint });
  return { batch: new BedrockBatch({ client, bucket, roleArn: LOCAL_ROLE }), close: () => client.destroy() };
}

/** The world of core over local servers, by the same adapters as in AWS; `close` gives its connections back. */
export function composeWorld(parts: WorldParts): { world: World; close: () => void } {
  const { dynamodb, bedrock, objects, settings, speed, messages, log } = parts;
  const table = tableClient(dynamodb);
  const { batch, close: closeBatch } = localBatch(bedrock, objects.bucket);
  const world: World = {
    stage: LOCAL_STAGE,
    settings,
    timings: localTimings(speed),
    store: new DynamoStore({ client: table, table: LOCAL_TABLE }),
    batch,
    objects,
    messages,
    clock: { now: Date.now },
    ids: { run: () => randomUUID().replaceAll("-", "") },
    log,
  };
  return {
    world,
    close: () => {
      table.destroy();
      closeBatch();
    },
  };
}
