import { dynamoClient } from "@sluice/aws";
import { operate, operationOf } from "./table-operations.ts";
import type { TableFiles } from "./table-store.ts";

type Config = Parameters<typeof dynamoClient>[0];

/** What the SDK asks of whoever carries its requests. */
interface Carrier {
  handle(request: { headers: Record<string, string>; body: string }): Promise<{ response: object }>;
}

/**
 * A client whose requests go to the table's files without a connection in between: the world that has them open is in
 * the same process. The SDK, its commands and its errors are those of every other client; only the signature, which
 * nobody would read, is left out.
 */
export function directClient(files: TableFiles): ReturnType<typeof dynamoClient> {
  const carrier: Carrier = {
    handle: async ({ headers, body }) => {
      const operation = operationOf(headers["x-amz-target"]);
      if (operation === undefined) throw new Error("The embedded DynamoDB has no such operation.");
      const answer = await files.with((store) => operate(store, operation, JSON.parse(body)));
      const bytes = new TextEncoder().encode(JSON.stringify(answer.body));
      return { response: { statusCode: answer.status, headers: {}, body: bytes } };
    },
  };
  return dynamoClient({
    region: "us-east-1",
    // Never asked for, and never sent.
    endpoint: "http://127.0.0.1",
    credentials: { accessKeyId: "direct", secretAccessKey: "direct" },
    signer: { sign: async <T>(request: T) => request },
    // The SDK's types want its own classes of request and response; it reads no more of them than this.
    requestHandler: carrier as unknown as NonNullable<Config["requestHandler"]>,
  });
}
