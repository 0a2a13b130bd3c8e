import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoStore } from "@sluice/aws";
import type { Settings } from "@sluice/core";
import { newAccessKey } from "@sluice/emulator";
import {
  type EmbeddedTable,
  LOCAL_STAGE,
  LOCAL_TABLE,
  openBucket,
  openTable,
  TableLocked,
  tableClient,
  tableFolder,
} from "@sluice/local";
import { type Endpoints, readTrouble } from "@sluice/local/directory";
import { Failure } from "../failure.ts";
import { commandLine } from "../options.ts";
import { hashOfContent } from "./content.ts";
import { ownSettings, runningEndpoints, settingsFor } from "./directory.ts";
import type { LocalBedrock } from "./local-bedrock.ts";
import type { DropSite, Site } from "./sluice.ts";

/** How often the embedded table is asked by somebody who waits. */
const POLL_MS = 200;
/** Another command has the table for moments only, and a dev that starts has endpoints within moments. */
const MAX_TRIES = 100;
const PAUSE_MS = 100;

/** Opens a directory for reading: through its running dev, or, for the moment, by itself. */
export async function openSite(dir: string): Promise<Site> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const running = await openRunning(dir);
    if (running !== undefined) return running;
    const accessKey = newAccessKey();
    const table = await openFreeTable(dir, accessKey);
    if (table !== undefined)
      return openAlone(dir, table, accessKey).catch(async (error: unknown) => {
        await table.close();
        throw error;
      });
    await pause(PAUSE_MS);
  }
  throw new Failure(
    "InUse",
    `Another process has the table in ${dir} open, and no sluice dev answers there.`,
    "Wait for its end, or stop it; then try again.",
  );
}

async function openFreeTable(dir: string, accessKey: string): Promise<EmbeddedTable | undefined> {
  try {
    return await openTable(tableFolder(resolve(dir)), { accessKey });
  } catch (error) {
    if (error instanceof TableLocked) return undefined;
    throw error;
  }
}

async function openAlone(dir: string, table: EmbeddedTable, accessKey: string): Promise<Site> {
  const drops = await openDrops(dir, await ownSettings(dir));
  const client = tableClient(table.endpoint, accessKey);
  return {
    ...drops,
    stage: LOCAL_STAGE,
    store: new DynamoStore({ client, table: LOCAL_TABLE }),
    bedrockJob: async () => undefined,
    isRunning: false,
    pollMs: POLL_MS,
    checkRunning: () => checkRunning(dir),
    trouble: async () => undefined,
    close: async () => {
      client.destroy();
      await table.close();
    },
  };
}

/** Opens a directory to drop files into it, whether or not anything runs there. */
export async function openDropSite(dir: string): Promise<Site | DropSite> {
  return (await openRunning(dir)) ?? openDrops(dir, await settingsFor(dir));
}

async function checkRunning(dir: string): Promise<void> {
  if ((await runningEndpoints(dir)) === undefined)
    throw new Failure(
      "DevGone",
      `The sluice dev on ${dir} has ended. The files are in the bucket and go on when it is started again.`,
      `Start it with: ${commandLine("dev", { dir })}, and look at them with: ${commandLine("ls", { dir })}`,
    );
}

async function openRunning(dir: string): Promise<Site | undefined> {
  const endpoints = await runningEndpoints(dir);
  if (endpoints === undefined) return undefined;
  const { accessKey } = endpoints;
  const client = tableClient(endpoints.dynamodb, accessKey);
  const drops = await openDrops(dir, endpoints.settings);
  let bedrock: LocalBedrock | undefined;
  return {
    ...drops,
    stage: LOCAL_STAGE,
    store: new DynamoStore({ client, table: LOCAL_TABLE }),
    bedrockJob: async (arn) => {
      const { LocalBedrock } = await import("./local-bedrock.ts");
      bedrock ??= new LocalBedrock(endpoints.bedrock, accessKey, drops.objects.bucket);
      return bedrock.get(arn);
    },
    isRunning: true,
    pollMs: POLL_MS,
    checkRunning: () => checkRunning(dir),
    trouble: () => troubleOf(dir, endpoints),
    close: async () => {
      client.destroy();
      bedrock?.close();
    },
  };
}

async function troubleOf(dir: string, { pid }: Endpoints): Promise<string | undefined> {
  const trouble = await readTrouble(dir, pid);
  if (trouble === undefined) return undefined;
  const { since, failures, message } = trouble;
  const often = failures === 0 ? "" : `, ${failures} requests failed`;
  return `The responder has been in trouble since ${new Date(since).toISOString().slice(11, 19)} UTC${often}. ${message}`;
}

async function openDrops(dir: string, settings: Settings): Promise<DropSite> {
  const objects = await openBucket(dir);
  return {
    name: dir,
    command: (args) => commandLine(args, { dir }),
    settings,
    objects,
    put: (key, path, metadata) => objects.put(key, { path }, metadata),
    hasContent: async ({ key, etag }, path) =>
      (await hashOfContent(objects.read({ key, etag }))) === (await hashOfContent(path)),
    // As the user named the directory, not where links lead.
    placeOf: (key) => join(dir, "bucket", key),
    close: async () => {},
  };
}
