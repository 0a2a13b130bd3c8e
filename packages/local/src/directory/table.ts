import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { createTable, type DynamoStoreOptions, directClient, dynamoClient } from "@sluice/aws";
import type { TableStore } from "dynalite/db/index.js";
import { greetingOf } from "./held.ts";
import { operate } from "./table-operations.ts";
import { serveTable } from "./table-server.ts";
import { TableFiles } from "./table-store.ts";

/** The table's name on the embedded server. */
export const LOCAL_TABLE = "sluice";

/** What a client of the local servers says it is, with the access key of the world that it belongs to. */
export function localClient(accessKey: string) {
  return {
    region: "us-east-1",
    credentials: { accessKeyId: accessKey, secretAccessKey: "unchecked" },
    // Whoever has a bearer token of Bedrock's in the environment does not want it sent to another server.
    authSchemePreference: ["sigv4"],
  };
}

/** A client for an embedded table; the caller destroys it. */
export function tableClient(endpoint: string, accessKey: string): ReturnType<typeof dynamoClient> {
  return dynamoClient({ ...localClient(accessKey), endpoint });
}

export interface TableOptions {
  /** 0 for any free one. */
  readonly port?: number;
  readonly accessKey: string;
  readonly onProblem?: (problem: unknown) => void;
}

/** An embedded DynamoDB that listens on loopback, with Sluice's table. */
export interface EmbeddedTable {
  readonly endpoint: string;
  /** For the store of this process: it needs no connection. */
  readonly client: DynamoStoreOptions["client"];
  /** Where files lie that could not be read any more, and were moved out of the way. */
  readonly movedTo?: string;
  close(): Promise<void>;
}

/**
 * Opens the table under a folder, and makes it if it is not there. As long as it is open no other process can open it.
 *
 * @throws TableLocked if another process has it open, or Error if the port is taken
 */
export async function openTable(
  folder: string,
  { port = 0, accessKey, onProblem = () => {} }: TableOptions,
): Promise<EmbeddedTable> {
  await mkdir(dirname(folder), { recursive: true });
  const { files, movedTo } = await TableFiles.open(folder, onProblem);
  try {
    const isThere = await files.with(hasTable);
    const server = await serveTable({ files, port, accessKey, greeting: greetingOf(process.pid) });
    try {
      if (!isThere) await makeTable(tableClient(server.endpoint, accessKey));
    } catch (error) {
      await server.close();
      throw error;
    }
    return {
      endpoint: server.endpoint,
      client: directClient((operation, input) => files.with((store) => operate(store, operation, input))),
      ...(movedTo !== undefined && { movedTo }),
      close: async () => {
        await server.close();
        await files.close();
      },
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** Looks for the table. One whose making was interrupted would never get active, so it is made again. */
async function hasTable({ tableDb }: TableStore): Promise<boolean> {
  const status = await new Promise<string | undefined>((resolve, reject) =>
    tableDb.get(LOCAL_TABLE, (error, table) =>
      error === null || error.name === "NotFoundError" ? resolve(table?.TableStatus) : reject(error),
    ),
  );
  if (status === "ACTIVE") return true;
  await new Promise<void>((resolve, reject) =>
    tableDb.del(LOCAL_TABLE, (error) => (error === null ? resolve() : reject(error))),
  );
  return false;
}

async function makeTable(client: ReturnType<typeof dynamoClient>): Promise<void> {
  try {
    await createTable(client, LOCAL_TABLE);
  } finally {
    client.destroy();
  }
}
