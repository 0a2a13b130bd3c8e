import { BedrockClient, type BedrockClientConfig } from "@aws-sdk/client-bedrock";

const CONNECTION_TIMEOUT_MS = 3_000;
/** A listing of 1,000 jobs takes seconds; a Create has its own bound. */
const REQUEST_TIMEOUT_MS = 20_000;
/** With the SDK's back-off it rides over a burst of throttling, and stays well within a function's time. */
const MAX_ATTEMPTS = 5;

/** A client for `BedrockBatch` that gives up on connections and answers that do not come. */
export function bedrockClient(config: BedrockClientConfig = {}): BedrockClient {
  return new BedrockClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
    },
    ...config,
  });
}
