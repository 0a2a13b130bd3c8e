import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, Messages } from "@sluice/core";
import type { CollectMessage, PlanMessage, WakeMessage } from "./messages.ts";

/** SQS: the longest that it keeps a message back. */
const MAX_DELAY_SECONDS = 900;

export interface SqsMessagesOptions {
  client: SQSClient;
  planQueueUrl: string;
  wakeQueueUrl: string;
  collectQueueUrl: string;
  clock: Clock;
}

/** The queues in SQS. A message for later than SQS can wait arrives early; its body says when it is due. */
export class SqsMessages implements Messages {
  readonly #options: SqsMessagesOptions;

  constructor(options: SqsMessagesOptions) {
    this.#options = options;
  }

  async wake(lane: string, at: number): Promise<void> {
    await this.#send(this.#options.wakeQueueUrl, { lane, at } satisfies WakeMessage, at);
  }

  async collect(jobId: string, at: number): Promise<void> {
    await this.#send(this.#options.collectQueueUrl, { jobId, at } satisfies CollectMessage, at);
  }

  async plan(key: string): Promise<void> {
    await this.#send(this.#options.planQueueUrl, { key } satisfies PlanMessage);
  }

  async #send(QueueUrl: string, body: object, at?: number): Promise<void> {
    const { client, clock } = this.#options;
    const MessageBody = JSON.stringify(body);
    // Rounded up, as a message must not come before its time.
    const waitSeconds = at === undefined ? 0 : Math.ceil((at - clock.now()) / 1_000);
    const DelaySeconds = Math.min(MAX_DELAY_SECONDS, Math.max(0, waitSeconds));
    // Zero is left out: a queue may have a delay of its own for those that name none.
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...(DelaySeconds > 0 ? { DelaySeconds } : {}) }));
  }
}
