import { expect, test } from "vitest";
import { retrySooner } from "./retry-sooner.ts";

const URL = "https://sqs.us-east-1.amazonaws.com/111122223333/plan";

/** A handler that fails on some of its messages, and what SQS was then asked for. */
async function deliver(failing: readonly string[], deliveries: Readonly<Record<string, number>>) {
  const asked: unknown[] = [];
  const logged: string[] = [];
  const client = {
    send: async ({ input }: { input: { ReceiptHandle: string } }) => {
      asked.push(input);
      if (input.ReceiptHandle === "receipt-unreachable") throw new Error("SQS is not there.");
    },
  };
  const failed = { batchItemFailures: failing.map((itemIdentifier) => ({ itemIdentifier })) };
  const handler = retrySooner(async () => failed, {
    client: client as never,
    url: URL,
    log: ({ event }) => logged.push(event),
  });
  const Records = Object.entries(deliveries).map(([messageId, count]) => ({
    messageId,
    receiptHandle: `receipt-${messageId}`,
    attributes: { ApproximateReceiveCount: String(count) },
  }));
  return { answer: await handler({ Records } as never), failed, asked, logged };
}

test("the messages that failed come back after a time of their own, and the others are left alone", async () => {
  const { answer, failed, asked } = await deliver(["a", "c"], { a: 1, b: 1, c: 3 });
  expect(answer).toEqual(failed);
  expect(asked).toEqual([
    { QueueUrl: URL, ReceiptHandle: "receipt-a", VisibilityTimeout: 60 },
    { QueueUrl: URL, ReceiptHandle: "receipt-c", VisibilityTimeout: 240 },
  ]);
});

test("a message whose time cannot be changed comes back later, and those after it are not forgotten", async () => {
  const { answer, failed, asked, logged } = await deliver(["unreachable", "b"], { unreachable: 1, b: 1 });
  expect(answer).toEqual(failed);
  expect(asked).toHaveLength(2);
  expect(logged).toEqual(["visibilityKept"]);
});
