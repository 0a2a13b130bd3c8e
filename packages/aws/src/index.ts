export { BedrockBatch, type BedrockBatchOptions, bedrockClient } from "./bedrock/index.ts";
export { dynamoClient } from "./dynamodb/client.ts";
export { directClient } from "./dynamodb/direct.ts";
export { DynamoStore, type DynamoStoreOptions } from "./dynamodb/store.ts";
export { createTable, tableDefinition, tableIndexes, tableKey, ttlAttribute } from "./dynamodb/table.ts";
export { quotasClient, ServiceQuotas } from "./quotas/service-quotas.ts";
export { ObjectsNotDeleted, S3Objects, type S3ObjectsOptions, s3Client } from "./s3/index.ts";
export {
  type CollectMessage,
  collectMessage,
  type PlanMessage,
  planMessage,
  redeliverSooner,
  SqsMessages,
  type SqsMessagesOptions,
  sqsClient,
  type WakeMessage,
  wakeMessage,
} from "./sqs/index.ts";
export { readParameter, stageClient } from "./ssm/parameter.ts";
