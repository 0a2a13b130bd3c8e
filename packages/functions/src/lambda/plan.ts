import { planHandler } from "../handlers.ts";
import { queueLambda } from "./compose.ts";

/** Drops, one message at a time. */
export const handler = queueLambda(planHandler, ({ planQueueUrl }) => planQueueUrl);
