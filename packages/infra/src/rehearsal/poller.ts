import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { QueueHandler } from "@sluice/functions";
import { REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import type { RunningFunction } from "./running-function.ts";

const WAIT_SECONDS = 1;

/** What Lambda does for an event source mapping: receives with the function's role, invokes, deletes what was done. */
export class Poller {
  readonly #client: SQSClient;
  readonly #mapping: Json;
  readonly #queueUrl: string;
  readonly #fn: RunningFunction;
  readonly #done: Promise<void>;
  #closing = false;

  /**
   * @param mapping the inputs of the event source mapping
   * @param role the name of the function's role
   */
  constructor(endpoint: string, queueUrl: string, mapping: Json, role: string, fn: RunningFunction) {
    const credentials = { accessKeyId: role, secretAccessKey: role };
    this.#client = new SQSClient({ endpoint, region: REGION, credentials });
    this.#queueUrl = queueUrl;
    this.#mapping = mapping;
    this.#fn = fn;
    this.#done = this.#poll();
    // Whoever closes it hears of it.
    this.#done.catch(() => undefined);
  }

  /** Ends after the message that is worked on. Throws what made the polling end before. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#done.finally(() => this.#client.destroy());
  }

  async #poll(): Promise<void> {
    const QueueUrl = this.#queueUrl;
    await this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    while (!this.#closing) {
      const { Messages = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: this.#mapping.batchSize,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ["All"],
        }),
      );
      if (Messages.length > 0) await this.#work(Messages);
    }
  }

  async #work(messages: Message[]): Promise<void> {
    const Records = messages.map((message) => recordOf(message, this.#mapping.eventSourceArn));
    const answered = await this.#fn.invoke({ Records });
    // A function that threw or died has done nothing of its batch.
    if ("error" in answered) return;
    const answer = answered.answer as Awaited<ReturnType<QueueHandler>> | null;
    const reports = this.#mapping.functionResponseTypes?.includes("ReportBatchItemFailures");
    const failed = new Set(reports ? answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) : []);
    for (const { MessageId, ReceiptHandle } of messages)
      if (!failed.has(MessageId ?? ""))
        await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle }));
  }
}

/** A message as Lambda hands it over. */
function recordOf({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message, eventSourceARN: string) {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: REGION,
  };
}
