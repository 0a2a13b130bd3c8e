export { BedrockBatch, type BedrockBatchOptions } from "./bedrock-batch.ts";
export { bedrockClient } from "./client.ts";
