import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { startDynalite } from "../test-servers/dynalite.ts";
import { createTable, tableDefinition, tableIndexes, tableKey } from "./table.ts";

test("the table is paid by request, and its indexes hold keys alone", () => {
  const definition = tableDefinition("jobs");
  expect(definition.BillingMode).toBe("PAY_PER_REQUEST");
  expect(definition.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(Object.keys(tableIndexes));
  for (const index of definition.GlobalSecondaryIndexes ?? [])
    expect(index.Projection).toEqual({ ProjectionType: "KEYS_ONLY" });
});

test("making the table twice makes one table, which is active", async () => {
  const { client, close } = await startDynalite();
  try {
    await Promise.all([createTable(client, "jobs"), createTable(client, "jobs")]);
    await createTable(client, "jobs");
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "jobs" }));
    expect(Table?.TableStatus).toBe("ACTIVE");
    expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([tableKey.hash, tableKey.range]);
  } finally {
    await close();
  }
});
