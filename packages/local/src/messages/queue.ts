/** A message that was given up, for people to look at. */
export interface DeadLetter {
  readonly queue: string;
  readonly body: string;
  readonly deliveries: number;
  readonly reason: string;
}

export interface QueueOptions {
  readonly name: string;
  /** How many messages may be worked on at once. */
  readonly concurrency: number;
  /** Works on one message; if it throws, the message is delivered again. */
  readonly work: (body: string, messageId: string) => Promise<void>;
  readonly onDead: (letter: DeadLetter) => void;
}

/** After so many deliveries a message is given up; with the waits between them that is about a minute. */
export const MAX_DELIVERIES = 10;
const FIRST_REDELIVERY_MS = 100;
const MAX_REDELIVERY_MS = 15_000;
/** A queue that is this long takes no more: some 100 MB. The sweep finds what was turned away. */
const MAX_MESSAGES = 200_000;
/** Node's longest timer; SQS too delays by minutes at most, and a message that comes early is sent again. */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly deliveries: number;
}

/** A queue in memory, with what SQS does: at least once, in no promised order, delayed, again after a failure. */
export class LocalQueue {
  readonly #options: QueueOptions;
  readonly #ready: Message[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<void>>();
  #sent = 0;
  #isOpen = true;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** How many messages are due or worked on; the delayed ones are not counted. */
  get busy(): number {
    return this.#ready.length + this.#underWay.size;
  }

  /** How many messages wait for their time. */
  get delayed(): number {
    return this.#timers.size;
  }

  /** How many messages were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Takes a message, to be delivered no earlier than in `delayMs`. A closed queue forgets it, as a crash would. */
  send(body: string, delayMs = 0): void {
    if (!this.#isOpen) return;
    this.#sent += 1;
    const message = { id: `${this.#options.name}-${this.#sent}`, body, deliveries: 0 };
    if (this.busy + this.delayed >= MAX_MESSAGES) this.#giveUp(message, `The queue has ${MAX_MESSAGES} messages.`);
    else this.#later(message, delayMs);
  }

  /** Takes no more, forgets what waits, and resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#ready.length = 0;
    await Promise.all(this.#underWay);
  }

  #later(message: Message, delayMs: number): void {
    if (delayMs <= 0) {
      this.#enqueue(message);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#enqueue(message);
      },
      Math.min(Math.ceil(delayMs), MAX_DELAY_MS),
    );
    this.#timers.add(timer);
  }

  #enqueue(message: Message): void {
    this.#ready.push(message);
    this.#pump();
  }

  #pump(): void {
    while (this.#isOpen && this.#underWay.size < this.#options.concurrency) {
      const message = this.#ready.shift();
      if (message === undefined) return;
      const turn = this.#deliver(message).then(() => {
        this.#underWay.delete(turn);
        this.#pump();
      });
      this.#underWay.add(turn);
    }
  }

  async #deliver(message: Message): Promise<void> {
    try {
      await this.#options.work(message.body, message.id);
    } catch (error) {
      if (!this.#isOpen) return;
      const deliveries = message.deliveries + 1;
      const reason = error instanceof Error ? error.message : String(error);
      if (deliveries >= MAX_DELIVERIES) this.#giveUp({ ...message, deliveries }, reason);
      else
        this.#later(
          { ...message, deliveries },
          Math.min(MAX_REDELIVERY_MS, FIRST_REDELIVERY_MS * 2 ** message.deliveries),
        );
    }
  }

  #giveUp({ body, deliveries }: Message, reason: string): void {
    this.#options.onDead({ queue: this.#options.name, body, deliveries, reason });
  }
}
