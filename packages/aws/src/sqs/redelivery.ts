import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Log } from "@sluice/core";

/** The first wait; each further one is twice as long. Five deliveries then take a quarter of an hour. */
const FIRST_WAIT_SECONDS = 60;
const MOST_WAIT_SECONDS = 15 * 60;
const MOST_DOUBLINGS = 10;

/** A message as SQS delivered it, as far as its next delivery depends on it. */
export interface Delivered {
  receiptHandle: string;
  attributes: { ApproximateReceiveCount: string };
}

/**
 * Has a failed message delivered again after a minute or some. Its queue's visibility is six times the function's
 * timeout, which is right for a function that died, and an hour and a half too long for one that said that it failed.
 * Never throws: the message then only comes back later.
 */
export async function redeliverSooner(
  { receiptHandle, attributes }: Delivered,
  { client, url, log }: { client: SQSClient; url: string; log: Log },
): Promise<void> {
  try {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: waitSeconds(Number(attributes.ApproximateReceiveCount)),
      }),
    );
  } catch (error) {
    const message = `A failed message comes back only when its visibility ends: ${String(error)}`;
    log({ level: "warn", event: "visibilityKept", message });
  }
}

/**
 * How long a message waits before it is delivered again.
 *
 * @param deliveries how often it has been delivered, from 1; anything that is no such number counts as 1
 */
export function waitSeconds(deliveries: number): number {
  const doublings = Number.isFinite(deliveries) ? Math.min(Math.max(deliveries - 1, 0), MOST_DOUBLINGS) : 0;
  return Math.min(MOST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** doublings);
}
