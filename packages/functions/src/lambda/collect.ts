import { collectHandler } from "../handlers.ts";
import { queueLambda } from "./compose.ts";

/** Ended jobs, one message at a time. */
export const handler = queueLambda(collectHandler, ({ collectQueueUrl }) => collectQueueUrl);
