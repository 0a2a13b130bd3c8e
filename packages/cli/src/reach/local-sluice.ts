import { join, relative, resolve } from "node:path";
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
import { Failure } from "../failure.ts";
import { ownSettings, runningEndpoints, settingsFor } from "./directory.ts";
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
    isRunning: false,
    pollMs: POLL_MS,
    checkRunning: () => checkRunning(dir),
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
      `Start it with: sluice dev --dir ${dir}, and look at them with: sluice ls`,
    );
}

async function openRunning(dir: string): Promise<Site | undefined> {
  const endpoints = await runningEndpoints(dir);
  if (endpoints === undefined) return undefined;
  const client = tableClient(endpoints.dynamodb, endpoints.accessKey);
  return {
    ...(await openDrops(dir, endpoints.settings)),
    stage: LOCAL_STAGE,
    store: new DynamoStore({ client, table: LOCAL_TABLE }),
    isRunning: true,
    pollMs: POLL_MS,
    checkRunning: () => checkRunning(dir),
    close: async () => client.destroy(),
  };
}

async function openDrops(dir: string, settings: Settings): Promise<DropSite> {
  const objects = await openBucket(dir);
  return {
    name: dir,
    settings,
    objects,
    put: (key, path, metadata) => objects.put(key, { path }, metadata),
    placeOf: (key) => relative("", join(objects.directory, key)) || ".",
    close: async () => {},
  };
}
