/*
 * DynamoDB's operations on dynalite's tables, without dynalite's own HTTP server: that one answers every web page
 * (CORS `*`), and throws into the process what a disk or a connection does to it.
 */
import batchGetItem from "dynalite/actions/batchGetItem.js";
import batchWriteItem from "dynalite/actions/batchWriteItem.js";
import createTable from "dynalite/actions/createTable.js";
import deleteItem from "dynalite/actions/deleteItem.js";
import describeTable from "dynalite/actions/describeTable.js";
import getItem from "dynalite/actions/getItem.js";
import listTables from "dynalite/actions/listTables.js";
import putItem from "dynalite/actions/putItem.js";
import query from "dynalite/actions/query.js";
import scan from "dynalite/actions/scan.js";
import updateItem from "dynalite/actions/updateItem.js";
import type { TableStore } from "dynalite/db/index.js";
import batchGetItemInput from "dynalite/validations/batchGetItem.js";
import batchWriteItemInput from "dynalite/validations/batchWriteItem.js";
import createTableInput from "dynalite/validations/createTable.js";
import deleteItemInput from "dynalite/validations/deleteItem.js";
import describeTableInput from "dynalite/validations/describeTable.js";
import getItemInput from "dynalite/validations/getItem.js";
import validations from "dynalite/validations/index.js";
import listTablesInput from "dynalite/validations/listTables.js";
import putItemInput from "dynalite/validations/putItem.js";
import queryInput from "dynalite/validations/query.js";
import scanInput from "dynalite/validations/scan.js";
import updateItemInput from "dynalite/validations/updateItem.js";
import { rememberExpressions } from "./table-expressions.ts";

rememberExpressions();

/** Nothing here deletes or alters a table: what a world is, it keeps. */
const OPERATIONS = {
  BatchGetItem: { action: batchGetItem, input: batchGetItemInput },
  BatchWriteItem: { action: batchWriteItem, input: batchWriteItemInput },
  CreateTable: { action: createTable, input: createTableInput },
  DeleteItem: { action: deleteItem, input: deleteItemInput },
  DescribeTable: { action: describeTable, input: describeTableInput },
  GetItem: { action: getItem, input: getItemInput },
  ListTables: { action: listTables, input: listTablesInput },
  PutItem: { action: putItem, input: putItemInput },
  Query: { action: query, input: queryInput },
  Scan: { action: scan, input: scanInput },
  UpdateItem: { action: updateItem, input: updateItemInput },
};

export type Operation = keyof typeof OPERATIONS;

const TARGET_PREFIX = "DynamoDB_20120810.";

/** The operation that a request's `x-amz-target` names; undefined for one that there is not. */
export function operationOf(target: unknown): Operation | undefined {
  const name = typeof target === "string" && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : "";
  return Object.hasOwn(OPERATIONS, name) ? (name as Operation) : undefined;
}

/** An answer of DynamoDB's: 200, or a refusal that it has a name for. */
export interface TableAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Does one operation. Rejects only for what is no refusal: the disk, or a table that is not open. */
export async function operate(store: TableStore, operation: Operation, body: unknown): Promise<TableAnswer> {
  const { action, input } = OPERATIONS[operation];
  try {
    const checked = validations.checkTypes(body, input.types);
    validations.checkValidations(checked, input.types, input.custom, store);
    const answer = await new Promise((resolve, reject) =>
      action(store, checked, (error, value) => (error ? reject(error) : resolve(value))),
    );
    return { status: 200, body: answer };
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && "body" in error)
      return { status: Number(error.statusCode), body: error.body };
    throw error;
  }
}
