import type { ServerClock } from "./clock.ts";
import { type Account, type BatchStateChangeEvent, stateChange } from "./event.ts";
import type { Faults } from "./faults.ts";
import type { BatchJob } from "./job.ts";

/** Receives events as EventBridge would deliver them: best effort, perhaps late, twice or never. */
export type EventReceiver = (event: BatchStateChangeEvent) => void | Promise<void>;

/** Tells the account's bus of every change of a status. Nobody waits for it, and its failures are nobody's. */
export class Bulletin {
  readonly #account: Account;
  readonly #clock: ServerClock;
  readonly #faults: Faults;
  readonly #receive: EventReceiver;
  readonly #onProblem: (problem: unknown) => void;
  readonly #timers = new Set<() => void>();

  constructor(options: {
    readonly account: Account;
    readonly clock: ServerClock;
    readonly faults: Faults;
    readonly receive: EventReceiver;
    readonly onProblem: (problem: unknown) => void;
  }) {
    this.#account = options.account;
    this.#clock = options.clock;
    this.#faults = options.faults;
    this.#receive = options.receive;
    this.#onProblem = options.onProblem;
  }

  /** Publishes the job's present status, as the faults have it. */
  announce(job: BatchJob): void {
    const event = stateChange(this.#account, job);
    for (const delayMs of this.#faults.deliveriesMs(job.jobId, job.status)) {
      if (delayMs === 0) this.#deliver(event);
      else this.#deliverLater(event, delayMs);
    }
  }

  #deliverLater(event: BatchStateChangeEvent, delayMs: number): void {
    const cancel = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(cancel);
      this.#deliver(event);
    });
    this.#timers.add(cancel);
  }

  #deliver(event: BatchStateChangeEvent): void {
    // Promise.try's job: a receiver that throws at once and one that rejects are the same.
    new Promise<void>((resolve) => resolve(this.#receive(event))).catch(this.#onProblem);
  }

  /** Drops what was not delivered yet, as a crash would. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}
