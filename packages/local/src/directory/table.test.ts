import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoStore } from "@sluice/aws";
import { storeConformance } from "@sluice/testing/conformance";
import { expect, it } from "vitest";
import { LOCAL_TABLE, openTable } from "./table.ts";

/** Memory runs a thousand of them; here each is some fifty requests to a disk. */
const RACE_ROUNDS = 30;

const openStore = async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-table-"));
  const table = await openTable(join(folder, "table"), { accessKey: "key" });
  return {
    store: new DynamoStore({ client: table.client, table: LOCAL_TABLE }),
    close: async () => {
      await table.close();
      await rm(folder, { recursive: true });
    },
  };
};

storeConformance("DynamoStore on the embedded table, without a connection", openStore, { raceRounds: RACE_ROUNDS });

it("tells of a fault of the table's files with what they said", async () => {
  const { store, close } = await openStore();
  await close();
  await expect(store.jobs.get("j")).rejects.toThrow(/not open|closed/i);
});
