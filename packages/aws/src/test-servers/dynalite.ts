import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { type LocalServer, localClient } from "./client.ts";

/** Starts an embedded DynamoDB in this process, in memory, on a port that is free. */
export async function startDynalite(): Promise<LocalServer> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  // Or it would close a connection that has rested for five seconds just when the client uses it again.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = localClient(port);
  return {
    client,
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
