import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

/** The table's own key; both parts are strings. */
export const tableKey = { hash: "pk", range: "sk" } as const;

/**
 * The table's indexes: their names and keys, all strings, every one with the projection KEYS_ONLY. An index only finds
 * work, and what it finds is read again consistently from the table, so projected attributes would only be paid for:
 * with keys alone an index is written when an item comes or goes, not on each of its many updates, and a submission's
 * set of open jobs (up to 60 KB) is stored once instead of three times.
 */
export const tableIndexes = {
  /** Everything of its kind: the jobs of a submission, and all submissions. */
  gsi1: { hash: "gsi1pk", range: "gsi1sk" },
  /** Sparse: jobs that wait for collect, and submissions that are in Planning or Open. */
  gsi2: { hash: "gsi2pk", range: "gsi2sk" },
} as const;

/** The attribute by which DynamoDB deletes old items, in epoch seconds; DynamoDB Local and the cloud obey it. */
export const ttlAttribute = "expiresAt";

const CREATE_LIMIT_SECONDS = 60;

/** What CreateTable is asked: one table, paid by request, with its two indexes. */
export function tableDefinition(name: string): CreateTableCommandInput {
  const keys = [tableKey, ...Object.values(tableIndexes)];
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keys.flatMap(({ hash, range }) =>
      [hash, range].map((key) => ({ AttributeName: key, AttributeType: "S" as const })),
    ),
    KeySchema: keySchema(tableKey),
    GlobalSecondaryIndexes: Object.entries(tableIndexes).map(([index, key]) => ({
      IndexName: index,
      KeySchema: keySchema(key),
      Projection: { ProjectionType: "KEYS_ONLY" as const },
    })),
  };
}

function keySchema({ hash, range }: { hash: string; range: string }) {
  return [
    { AttributeName: hash, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
}

/**
 * Makes the table unless it is there, and waits until it is active. Throws what DynamoDB throws, or a `TimeoutError`
 * if the table is not active within a minute.
 */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(name)));
  } catch (error) {
    // Somebody else made it, or an earlier run did: only its being active matters.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: CREATE_LIMIT_SECONDS, minDelay: 0.1, maxDelay: 2 },
    { TableName: name },
  );
}
