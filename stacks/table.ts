import { isProduction } from "./place.ts";

/** The table of packages/aws/src/dynamodb/table.ts; a test holds that the two agree. */
export const table = new sst.aws.Dynamo("Queue", {
  fields: { pk: "string", sk: "string", gsi1pk: "string", gsi1sk: "string", gsi2pk: "string", gsi2sk: "string" },
  primaryIndex: { hashKey: "pk", rangeKey: "sk" },
  globalIndexes: {
    gsi1: { hashKey: "gsi1pk", rangeKey: "gsi1sk", projection: "keys-only" },
    gsi2: { hashKey: "gsi2pk", rangeKey: "gsi2sk", projection: "keys-only" },
  },
  ttl: "expiresAt",
  deletionProtection: isProduction,
});
