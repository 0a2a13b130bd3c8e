export {
  type CollectMessage,
  collectMessage,
  type PlanMessage,
  planMessage,
  type WakeMessage,
  wakeMessage,
} from "./messages.ts";
export { SqsMessages, type SqsMessagesOptions } from "./sqs-messages.ts";
