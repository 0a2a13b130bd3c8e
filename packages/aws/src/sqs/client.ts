import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

/** A client for `SqsMessages` and for redelivery; what the configuration leaves out, the SDK finds in the environment. */
export function sqsClient(config: SQSClientConfig): SQSClient {
  return new SQSClient(config);
}
