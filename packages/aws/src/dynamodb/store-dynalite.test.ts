import { storeConformance } from "@sluice/testing/conformance";
import { afterAll, beforeAll } from "vitest";
import type { LocalServer } from "../test-servers/client.ts";
import { startDynalite } from "../test-servers/dynalite.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

/**
 * Memory runs a thousand rounds each time. Here they are 53,000 requests at 1.6 ms of one core, so that the thousand
 * is asked for: `SLUICE_RACE_ROUNDS=1000`.
 */
const RACE_ROUNDS = Number(process.env["SLUICE_RACE_ROUNDS"] ?? 100);

let server: LocalServer;
let tables = 0;

beforeAll(async () => {
  server = await startDynalite();
});

afterAll(() => server.close());

const makeStore = async () => {
  const table = `table-${tables++}`;
  await createTable(server.client, table);
  return { store: new DynamoStore({ client: server.client, table }) };
};
storeConformance("DynamoStore on dynalite", makeStore, { raceRounds: RACE_ROUNDS });
