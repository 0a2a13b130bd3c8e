import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/** A client for `DynamoStore` and for the making of its table; what the configuration leaves out, the SDK finds in the environment. */
export function dynamoClient(config: DynamoDBClientConfig): DynamoDBClient {
  return new DynamoDBClient(config);
}
