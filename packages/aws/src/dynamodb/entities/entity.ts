import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DocumentClient } from "electrodb";
import { tableKey } from "../table.ts";

/** Where an entity's items are. */
export interface Place {
  client: DynamoDBClient | DocumentClient;
  table: string;
}

/** What the names of all entities begin with. */
export const SERVICE = "sluice";

/**
 * The table's key from these attributes. ElectroDB lower-cases keys unless told otherwise, and then two lanes whose
 * names differ only in case would be one.
 */
export function primaryKey<const P extends string, const S extends string>(hash: readonly P[], range: readonly S[]) {
  return {
    pk: { field: tableKey.hash, composite: hash, casing: "none" },
    sk: { field: tableKey.range, composite: range, casing: "none" },
  } as const;
}
