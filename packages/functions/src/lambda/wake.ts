import { wakeHandler } from "../handlers.ts";
import { queueLambda } from "./compose.ts";

/** Lanes to refill, one message at a time. */
export const handler = queueLambda(wakeHandler, ({ wakeQueueUrl }) => wakeQueueUrl);
