import { randomUUID } from "node:crypto";
import { BedrockBatch, bedrockClient, DynamoStore, type DynamoStoreOptions } from "@sluice/aws";
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
import { LOCAL_TABLE, localClient } from "../directory/table.ts";

/** The stage of every local world: a directory has its own account, so one name does for all. */
export const LOCAL_STAGE = "local";
/** The batch server knows no roles, but wants one that is well formed. */
const LOCAL_ROLE = "arn:aws:iam::123456789012:role/sluice-local";

export interface WorldOptions {
  /** A client of the embedded DynamoDB, which `close` destroys if it has connections. */
  readonly table: DynamoStoreOptions["client"];
  /** `http://127.0.0.1:<port>` of the batch server, and what it asks for. */
  readonly bedrock: string;
  readonly accessKey: string;
  readonly objects: ObjectStore;
  readonly settings: Settings;
  /** Divides every duration that the queue waits for. */
  readonly speed: number;
  readonly messages: Messages;
  readonly log: Log;
}

/** However fast Bedrock's minutes pass, a busy process takes its time to deliver an event. */
const MIN_EVENT_MS = 2_000;

/** Files too are read in real time: a plan is as long under way as a deployed one may be, and not begun again meanwhile. */
const MIN_STALLED_PLAN_MS = 15 * 60_000;

function localTimings(speed: number): Timings {
  const timings = scaleTimings(defaultTimings, speed);
  const { eventMs, stalledPlanMs } = timings;
  return {
    ...timings,
    eventMs: Math.max(MIN_EVENT_MS, eventMs),
    stalledPlanMs: Math.max(MIN_STALLED_PLAN_MS, stalledPlanMs),
  };
}

/** The batch server of a local world, which asks for the access key; `close` gives its connections back. */
export function localBatch(
  endpoint: string,
  accessKey: string,
  bucket: string,
): { batch: BatchService; close: () => void } {
  const client = bedrockClient({ ...localClient(accessKey), endpoint });
  return { batch: new BedrockBatch({ client, bucket, roleArn: LOCAL_ROLE }), close: () => client.destroy() };
}

/** The world of core over local servers, by the same adapters as in AWS; `close` gives its connections back. */
export function composeWorld(options: WorldOptions): { world: World; close: () => void } {
  const { table, bedrock, accessKey, objects, settings, speed, messages, log } = options;
  const { batch, close: closeBatch } = localBatch(bedrock, accessKey, objects.bucket);
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
      if ("destroy" in table) table.destroy();
      closeBatch();
    },
  };
}
