import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** A DynamoDB server on this machine, for tests. */
export interface LocalServer {
  client: DynamoDBClient;
  close(): Promise<void>;
}

/** A client of a server on this machine; the credentials are any, the server asks for some. */
export function localClient(port: number): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}
