import { redeliverSooner } from "@sluice/aws";
import type { QueueHandler } from "./events.ts";

/** Has the messages that a handler failed on delivered again after a minute or some. */
export function retrySooner(handler: QueueHandler, queue: Parameters<typeof redeliverSooner>[1]): QueueHandler {
  return async (event) => {
    const answer = await handler(event);
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const record of event.Records) if (failed.has(record.messageId)) await redeliverSooner(record, queue);
    return answer;
  };
}
