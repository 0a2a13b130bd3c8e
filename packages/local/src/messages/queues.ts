import type { Log, Messages } from "@sluice/core";
import {
  advanceHandler,
  collectHandler,
  planHandler,
  type QueueHandler,
  type WorldSource,
  wakeHandler,
} from "@sluice/functions";
import { type DeadLetter, LocalQueue } from "./queue.ts";

/**
 * How many messages of each queue are worked on at once. Plans read whole files; the others are small. Plans of small
 * files have slots of their own, because a large one may hold its for minutes, and more large ones would need more memory.
 */
const CONCURRENCY = { plan: 2, smallPlan: 2, wake: 2, collect: 4, events: 8 } as const;
/** A file that is planned within moments, whatever is in it. */
const MOST_SMALL_BYTES = 4_000_000;

/** How many messages that were given up are kept to be looked at: the newest. */
const MAX_DEAD_LETTERS = 1_000;

type QueueName = keyof typeof CONCURRENCY;

/** The queues between the moves, and the bus that brings Bedrock's events, for one process. */
export class LocalQueues implements Messages {
  readonly deadLetters: DeadLetter[] = [];
  readonly #queues: Record<QueueName, LocalQueue>;
  readonly #log: Log;
  readonly #now: () => number;

  /** @param source is waited for at each message, so that the queues can be made before the world that uses them. */
  constructor(source: WorldSource, log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
    const advance = advanceHandler(source);
    const plan = oneByOne(planHandler(source));
    this.#queues = {
      plan: this.#queue("plan", plan),
      smallPlan: this.#queue("smallPlan", plan),
      wake: this.#queue("wake", oneByOne(wakeHandler(source))),
      collect: this.#queue("collect", oneByOne(collectHandler(source))),
      events: this.#queue("events", (body) => advance(JSON.parse(body))),
    };
  }

  async wake(lane: string, at: number): Promise<void> {
    this.#queues.wake.send(JSON.stringify({ lane, at }), at - this.#now());
  }

  async collect(jobId: string, at: number): Promise<void> {
    this.#queues.collect.send(JSON.stringify({ jobId, at }), at - this.#now());
  }

  async plan(key: string): Promise<void> {
    this.#queues.plan.send(JSON.stringify({ key }));
  }

  /** Delivers S3's notification of an object of this size. */
  drop(body: string, sizeBytes: number): void {
    this.#queues[sizeBytes <= MOST_SMALL_BYTES ? "smallPlan" : "plan"].send(body);
  }

  /** Delivers Bedrock's event. */
  send(queue: "events" | "collect", body: string, delayMs = 0): void {
    this.#queues[queue].send(body, delayMs);
  }

  /** How many messages are due or worked on. */
  get busy(): number {
    return this.#sum((queue) => queue.busy);
  }

  /** How many messages wait for their time. */
  get delayed(): number {
    return this.#sum((queue) => queue.delayed);
  }

  /** How many messages were sent so far. */
  get sent(): number {
    return this.#sum((queue) => queue.sent);
  }

  /** Takes no more, and resolves when the moves that are under way have ended. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#queues).map((queue) => queue.close()));
  }

  #sum(count: (queue: LocalQueue) => number): number {
    return Object.values(this.#queues).reduce((total, queue) => total + count(queue), 0);
  }

  #queue(name: QueueName, work: (body: string, messageId: string) => Promise<void>): LocalQueue {
    const onDead = (letter: DeadLetter) => {
      this.deadLetters.push(letter);
      if (this.deadLetters.length > MAX_DEAD_LETTERS) this.deadLetters.shift();
      this.#log({
        level: "error",
        event: "messageGivenUp",
        message: `A message of the ${name} queue was given up after ${letter.deliveries} deliveries: ${letter.reason} The next sweep does what it should have done; if the same comes again, report it.`,
      });
    };
    return new LocalQueue({ name, concurrency: CONCURRENCY[name], work, onDead });
  }
}

/** The message failed; the handler has logged why. */
class NotTaken extends Error {
  constructor() {
    super("Its handler failed each time; the log has the reasons.");
    this.name = "NotTaken";
  }
}

/** Calls a handler as Lambda would, with one message, and reads its partial batch response. */
function oneByOne(handler: QueueHandler) {
  return async (body: string, messageId: string): Promise<void> => {
    const { batchItemFailures } = await handler({ Records: [record(body, messageId)] });
    if (batchItemFailures.length > 0) throw new NotTaken();
  };
}

function record(body: string, messageId: string): Parameters<QueueHandler>[0]["Records"][number] {
  return {
    messageId,
    body,
    receiptHandle: messageId,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "local",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:local",
    awsRegion: "us-east-1",
  };
}
