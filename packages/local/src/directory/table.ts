import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTable, dynamoClient } from "@sluice/aws";
import dynalite from "dynalite";

/** The table's name on the embedded server. */
export const LOCAL_TABLE = "sluice";

/** What any client of the local servers may say it is: they check no signatures. */
export const LOCAL_CLIENT = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;

/** An embedded DynamoDB that listens on loopback. */
export interface EmbeddedTable {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** A client for an embedded table; the caller destroys it. */
export function tableClient(endpoint: string): ReturnType<typeof dynamoClient> {
  return dynamoClient({ ...LOCAL_CLIENT, endpoint });
}

/**
 * Opens the table under a folder, and makes it if it is not there.
 *
 * @param port 0 for any free one
 * @throws Error if the port is taken
 */
export async function openTable(folder: string, port: number): Promise<EmbeddedTable> {
  if (!existsSync(folder)) await makeTable(folder);
  return listen(folder, port);
}

/**
 * Makes the table beside its place and moves it there: the server never activates a table whose making was
 * interrupted by a kill.
 */
async function makeTable(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  const server = await listen(draft, 0);
  const client = tableClient(server.endpoint);
  try {
    await createTable(client, LOCAL_TABLE);
  } finally {
    client.destroy();
    await server.close();
  }
  await rename(draft, folder);
}

async function listen(folder: string, port: number): Promise<EmbeddedTable> {
  const server: Server = dynalite({ path: folder, createTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (fault) =>
      reject(
        new Error(`The embedded DynamoDB cannot listen on 127.0.0.1:${port}. Give another --dynamodb-port.`, {
          cause: fault,
        }),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: opened } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${opened}`,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
