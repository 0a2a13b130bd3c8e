import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectMessage, planMessage, SqsMessages, wakeMessage } from "./index.ts";

const NOW = Date.UTC(2026, 10, 22);

describe("SqsMessages", () => {
  let server: FauxqsServer;
  let client: SQSClient;
  let messages: SqsMessages;
  let urls: Record<"plan" | "wake" | "collect", string>;

  beforeEach(async () => {
    server = await startFauxqs({ port: 0, logger: false, host: "127.0.0.1" });
    client = new SQSClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const urlOf = (name: string) => server.createQueue(name).queueUrl;
    urls = { plan: urlOf("plan"), wake: urlOf("wake"), collect: urlOf("collect") };
    messages = new SqsMessages({
      client,
      planQueueUrl: urls.plan,
      wakeQueueUrl: urls.wake,
      collectQueueUrl: urls.collect,
      clock: { now: () => NOW },
    });
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  const received = async (queue: keyof typeof urls): Promise<unknown> => {
    const answer = await client.send(new ReceiveMessageCommand({ QueueUrl: urls[queue], MaxNumberOfMessages: 10 }));
    expect(answer.Messages).toHaveLength(1);
    return JSON.parse(answer.Messages?.[0]?.Body ?? "");
  };
  /** For how many seconds the only message of a queue is kept back. */
  const delayOf = (queue: keyof typeof urls) => {
    const { ready = [], delayed = [] } = server.inspectQueue(queue)?.messages ?? {};
    expect(ready.length + delayed.length).toBe(1);
    const [message] = [...ready, ...delayed];
    if (message?.delayUntil === undefined) return 0;
    return Math.round((message.delayUntil - message.sentTimestamp) / 1_000);
  };

  it("sends what is due to the queue of its kind, in the form that the handlers read", async () => {
    await messages.wake("claude", NOW);
    await messages.collect("01JD", NOW - 5_000);
    await messages.plan("to-process/日本語 a+b.jsonl");
    expect(wakeMessage.parse(await received("wake"))).toEqual({ lane: "claude", at: NOW });
    expect(collectMessage.parse(await received("collect"))).toEqual({ jobId: "01JD", at: NOW - 5_000 });
    expect(planMessage.parse(await received("plan"))).toEqual({ key: "to-process/日本語 a+b.jsonl" });
  });

  it.each([
    [1, 1],
    [1_000, 1],
    [120_001, 121],
    [900_000, 900],
    [3_600_000, 900],
  ])("keeps a message for %i ms on back for %i s, never less and at most SQS's 900", async (inMs, delaySeconds) => {
    await messages.wake("claude", NOW + inMs);
    expect(delayOf("wake")).toBe(delaySeconds);
    const [message] = server.inspectQueue("wake")?.messages.delayed ?? [];
    expect(wakeMessage.parse(JSON.parse(message?.body ?? ""))).toEqual({ lane: "claude", at: NOW + inMs });
  });

  it("sends what is due without a delay", async () => {
    await messages.collect("01JD", NOW);
    expect(delayOf("collect")).toBe(0);
  });

  it("throws when a message cannot be sent, so that its move is tried again", async () => {
    server.deleteQueue("plan");
    await expect(messages.plan("to-process/a.jsonl")).rejects.toThrow();
  });
});
