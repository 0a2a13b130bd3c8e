import type { Clock, Messages } from "@sluice/core";

/** A message that waits; `at` is when it is due, in epoch milliseconds. */
export type MemoryMessage =
  | { kind: "wake"; lane: string; at: number }
  | { kind: "collect"; jobId: string; at: number }
  | { kind: "plan"; key: string; at: number };

/** The queues in memory: messages wait until somebody takes them. */
export class MemoryMessages implements Messages {
  readonly #clock: Clock;
  readonly #waiting: MemoryMessage[] = [];

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? { now: Date.now };
  }

  async wake(lane: string, at: number): Promise<void> {
    this.#add({ kind: "wake", lane, at });
  }

  async collect(jobId: string, at: number): Promise<void> {
    this.#add({ kind: "collect", jobId, at });
  }

  async plan(key: string): Promise<void> {
    this.#add({ kind: "plan", key, at: this.#clock.now() });
  }

  /** Every message that waits, the first due first. */
  get waiting(): readonly MemoryMessage[] {
    return this.#waiting;
  }

  /**
   * Takes the message that is due first; of two for the same time, the one that was sent first. Undefined if none is
   * due by `until` (epoch milliseconds; every message where it is left out).
   */
  take(until = Number.POSITIVE_INFINITY): MemoryMessage | undefined {
    const first = this.#waiting[0];
    return first !== undefined && first.at <= until ? this.#waiting.shift() : undefined;
  }

  #add(message: MemoryMessage): void {
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.at ?? 0) > message.at) place--;
    this.#waiting.splice(place, 0, message);
  }
}
