export { sqsClient } from "./client.ts";
export {
  type CollectMessage,
  collectMessage,
  type PlanMessage,
  planMessage,
  type WakeMessage,
  wakeMessage,
} from "./messages.ts";
export { redeliverSooner } from "./redelivery.ts";
export { SqsMessages, type SqsMessagesOptions } from "./sqs-messages.ts";
