import type { AddressInfo } from "node:net";
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { createTable, DynamoStore } from "@sluice/aws";
import dynalite from "dynalite";

const TABLE = "metered";
/** No item that is written under a condition has more than a kilobyte. */
const REFUSED_WRITE = 1;
/** DynamoDB's API reference: the most items of a BatchWriteItem. */
const ITEMS_A_BATCH = 25;

/** The real adapter on an embedded DynamoDB, which says what each request consumed. */
export interface MeteredTable {
  store: DynamoStore;
  /** The request units since it was last asked. */
  take(): { reads: number; writes: number };
  /** Puts so many copies of an item into the table, each under a key of its own, without metering. */
  fill(item: Item, from: number, count: number): Promise<void>;
  /** Every item of the table. */
  items(): Promise<Item[]>;
  close(): Promise<void>;
}

export type Item = Record<string, Record<string, unknown>>;

export async function meteredTable(): Promise<MeteredTable> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  let units = { reads: 0, writes: 0 };
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        const isRead = /^(Get|Query|Scan)/.test(commandName);
        const isWrite = /^(Put|Update|Delete)/.test(commandName);
        if (isRead || isWrite) Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        const answer = await next(args).catch((error: unknown) => {
          // DynamoDB developer guide, "Condition expressions": a write that is refused is paid for, by the item's size.
          if (error instanceof ConditionalCheckFailedException) units.writes += REFUSED_WRITE;
          throw error;
        });
        const { ConsumedCapacity: used } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
        units[isRead ? "reads" : "writes"] += used?.CapacityUnits ?? 0;
        return answer;
      },
    { step: "initialize" },
  );
  await createTable(client, TABLE);
  return {
    store: new DynamoStore({ client, table: TABLE }),
    take() {
      const taken = units;
      units = { reads: 0, writes: 0 };
      return taken;
    },
    async fill(item, from, count) {
      for (let at = from; at < from + count; at += ITEMS_A_BATCH) {
        const size = Math.min(ITEMS_A_BATCH, from + count - at);
        const copies = Array.from({ length: size }, (_, n) => ({ PutRequest: { Item: copyOf(item, at + n) } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: copies as never } }));
      }
    },
    async items() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
      return Items as unknown as Item[];
    },
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same item with a number in every key, as if it were another job of the past. */
function copyOf(item: Item, n: number): Item {
  const mark = String(n).padStart(10, "0");
  const keys = ["pk", "gsi1pk", "gsi1sk"].flatMap((name) => {
    const value = item[name]?.["S"];
    return typeof value === "string" ? [[name, { S: `${value.slice(0, -10)}${mark}` }] as const] : [];
  });
  return { ...item, ...Object.fromEntries(keys) };
}
