import { storeConformance } from "@sluice/testing/conformance";
import { afterAll, beforeAll } from "vitest";
import type { LocalServer } from "./servers/client.ts";
import { startDynalite } from "./servers/dynalite.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

/** Of the thousand that memory runs: they take dynalite two minutes, so the whole thousand is asked for by name. */
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
