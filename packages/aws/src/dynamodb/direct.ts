import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { DocumentClient } from "electrodb";

/** DynamoDB's answer: 200, or a refusal that it has a name for. */
export interface DirectAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The operations that the store asks for. */
export type DirectOperation = "BatchGetItem" | "DeleteItem" | "GetItem" | "PutItem" | "Query" | "UpdateItem";

type Fields = Readonly<Record<string, unknown>>;
type Convert = (value: never) => unknown;

/** The fields of requests and answers that hold items, or parts of them; lists of such; and those of each table. */
const ITEMS = new Set([
  ...["Key", "Item", "Attributes", "ExpressionAttributeValues", "ExclusiveStartKey", "LastEvaluatedKey"],
  ...["Keys", "Items"],
]);
const TABLES = new Set(["RequestItems", "Responses", "UnprocessedKeys"]);

/**
 * A client of a DynamoDB in this process: it gives each request to `ask` as the object that would be sent, and reads the
 * object that comes back. What the SDK does besides (its middleware, a signature, retries, a connection) would take
 * most of an operation's time. It has the methods that ElectroDB calls, in their old form: those of the new one lead
 * through the SDK.
 */
export function directClient(
  ask: (operation: DirectOperation, input: object) => Promise<DirectAnswer>,
): DocumentClient {
  const method = (operation: DirectOperation) => (input: Fields) => ({
    promise: async () => {
      const { status, body } = await ask(operation, converted(input, marshall));
      if (status !== 200) throw faultOf(body);
      return converted(body as Fields, unmarshall);
    },
  });
  const unused = () => {
    throw new Error("The store asks for no such operation.");
  };
  const client = {
    get: method("GetItem"),
    put: method("PutItem"),
    update: method("UpdateItem"),
    delete: method("DeleteItem"),
    query: method("Query"),
    batchGet: method("BatchGetItem"),
    createSet: (values: readonly unknown[]) => new Set(values),
    ...{ scan: unused, batchWrite: unused, transactGet: unused, transactWrite: unused },
  };
  return client;
}

/** The same request or answer, with its items as values of JavaScript instead of DynamoDB's, or the other way round. */
function converted(fields: Fields, convert: Convert): Fields {
  return mapped(fields, (value, name) => {
    if (value === undefined) return undefined;
    if (TABLES.has(name)) return mapped(value as Fields, (ofTable) => ofTableConverted(ofTable, convert));
    return ITEMS.has(name) ? itemsConverted(value, convert) : value;
  });
}

function ofTableConverted(ofTable: unknown, convert: Convert): unknown {
  return Array.isArray(ofTable) ? itemsConverted(ofTable, convert) : converted(ofTable as Fields, convert);
}

function itemsConverted(value: unknown, convert: Convert): unknown {
  return Array.isArray(value) ? value.map((item) => convert(item as never)) : convert(value as never);
}

function mapped(fields: Fields, map: (value: unknown, name: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value, name)]));
}

/** A refusal as the SDK throws it: by the name of the exception. */
function faultOf(body: unknown): Error {
  const { __type: type = "InternalServerError", message = "" } = body as { __type?: string; message?: string };
  const fault = new Error(message);
  fault.name = type.slice(type.lastIndexOf("#") + 1);
  return fault;
}
