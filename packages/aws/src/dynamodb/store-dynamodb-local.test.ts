import { storeConformance } from "@sluice/testing/conformance";
import { afterAll, beforeAll, describe } from "vitest";
import type { LocalServer } from "../test-servers/client.ts";
import { hasJava, startDynamoDbLocal } from "../test-servers/dynamodb-local.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

/** A thousand rounds would take DynamoDB Local minutes; dynalite and memory run them all. */
const RACE_ROUNDS = 20;

let server: LocalServer;
let tables = 0;

describe.skipIf(!hasJava)(hasJava ? "with Java" : "skipped, because there is no Java on this machine", () => {
  beforeAll(async () => {
    server = await startDynamoDbLocal();
  }, 90_000);

  afterAll(() => server.close());

  const makeStore = async () => {
    const table = `table-${tables++}`;
    await createTable(server.client, table);
    return { store: new DynamoStore({ client: server.client, table }) };
  };
  storeConformance("DynamoStore on DynamoDB Local", makeStore, { raceRounds: RACE_ROUNDS });
});
