import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** SQS's longest wait for a message. */
const WAIT_SECONDS = 20;
/** A rehearsal's time is fast; whatever takes longer does not come. */
const MOST_WAITS = 3;

/** The body of the first message that arrives in a queue. Throws if none does within a minute. */
export async function firstMessage(rehearsal: Rehearsal, queue: string): Promise<string> {
  const { name } = rehearsal.graph.queue(queue).state;
  const endpoint = rehearsal.endpoint("sqs");
  const client = new SQSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: "user", secretAccessKey: "user" },
  });
  const QueueUrl = `${endpoint}/${ACCOUNT}/${name}`;
  try {
    for (let wait = 0; wait < MOST_WAITS; wait++) {
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: WAIT_SECONDS }));
      if (Messages?.[0] !== undefined) return Messages[0].Body ?? "";
    }
  } finally {
    client.destroy();
  }
  throw new Error(`No message arrived in ${queue} within ${MOST_WAITS * WAIT_SECONDS} seconds.`);
}
