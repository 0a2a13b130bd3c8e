import { randomUUID } from "node:crypto";
import { BedrockBatch, bedrockClient, DynamoStore } from "@sluice/aws";
import {
  defaultTimings,
  type Log,
  type Messages,
  type ObjectStore,
  type Settings,
  scaleTimings,
  type World,
} from "@sluice/core";
import { LOCAL_TABLE, localClient, type tableClient } from "../directory/table.ts";

/** The stage of every local world: a directory has its own account, so one name does for all. */
export const LOCAL_STAGE = "local";
/** The batch server knows no roles, but wants one that is well formed. */
const LOCAL_ROLE = "arn:aws:iam::123456789012:role/sluice-local";

export interface WorldOptions {
  /** A client of the embedded DynamoDB, which `close` destroys. */
  readonly table: ReturnType<typeof tableClient>;
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

/** The world of core over local servers, by the same adapters as in AWS; `close` gives its connections back. */
export function composeWorld(options: WorldOptions): { world: World; close: () => void } {
  const { table, bedrock, accessKey, objects, settings, speed, messages, log } = options;
  const client = bedrockClient({ ...localClient(accessKey), endpoint: bedrock });
  const world: World = {
    stage: LOCAL_STAGE,
    settings,
    timings: scaleTimings(defaultTimings, speed),
    store: new DynamoStore({ client: table, table: LOCAL_TABLE }),
    batch: new BedrockBatch({ client, bucket: objects.bucket, roleArn: LOCAL_ROLE }),
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
      client.destroy();
    },
  };
}
