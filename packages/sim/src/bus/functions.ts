import { type Ending, type Host, Instance } from "../instance/instance.ts";
import type { Agenda } from "../schedule/agenda.ts";
import { MINUTE_MS, SECOND_MS } from "../script/script.ts";

/** How long a function may run. */
export const TIMEOUT_MS = { short: 2 * MINUTE_MS, long: 15 * MINUTE_MS } as const;

/** Lambda calls a function that failed twice again: after a minute, then after two. */
const RETRIES_MS = [MINUTE_MS, 2 * MINUTE_MS] as const;
/** While functions are stopped, what is to be done is tried again after this time. */
const WAITS_MS = 10 * SECOND_MS;
/** A message that comes back this often goes to the dead-letter queue. */
const MOST_RECEIVES = 6;

/** Something that is to be done by a function, again and again until it is done. */
export interface Invocation {
  name: string;
  timeoutMs: number;
  /** An event is tried three times, a message of a queue comes back after its function's timeout and a while. */
  by: "event" | "queue";
  /** Tried until it is done, however often: what no sweep would find. */
  isKept?: boolean;
  move(instance: Instance): Promise<unknown>;
  /** Called when an attempt went well, with the time of its start. */
  done?(startedAt: number): void;
}

/** Starts functions, and starts them again when they fail. */
export class Functions {
  readonly #host: Host;
  readonly #agenda: Agenda;
  /** Called when something was tried for the last time, and failed. */
  readonly #givenUp: (name: string) => void;
  readonly #live = new Set<Instance>();
  #areStopped = false;

  constructor(host: Host, givenUp: (name: string) => void) {
    this.#host = host;
    this.#agenda = host.agenda;
    this.#givenUp = givenUp;
  }

  /** True while no function runs. */
  get isQuiet(): boolean {
    return this.#live.size === 0;
  }

  /** True while a function computes, which takes no time of the virtual clock. */
  get isBusy(): boolean {
    for (const instance of this.#live) if (instance.isBusy) return true;
    return false;
  }

  /** Ends every instance, and begins none until they are to go on: what is to be done waits. */
  stop(): void {
    this.#areStopped = true;
    for (const instance of [...this.#live]) instance.stop();
  }

  goOn(): void {
    this.#areStopped = false;
  }

  invoke(invocation: Invocation, attempt = 0): void {
    if (this.#areStopped) {
      this.#agenda.after(WAITS_MS, "work", () => this.invoke(invocation, attempt));
      return;
    }
    const startedAt = this.#agenda.now;
    const instance = new Instance(this.#host, `${invocation.name}@${attempt}`, invocation.timeoutMs, (ending) => {
      this.#live.delete(instance);
      if (ending === "done") invocation.done?.(startedAt);
      else this.#again(invocation, attempt, startedAt, ending);
    });
    this.#live.add(instance);
    void instance.run(() => invocation.move(instance));
  }

  #again(invocation: Invocation, attempt: number, startedAt: number, ending: Ending): void {
    const byEvent = RETRIES_MS[attempt];
    const delayMs =
      invocation.by === "event"
        ? byEvent
        : attempt + 1 < MOST_RECEIVES || invocation.isKept
          ? Math.max(SECOND_MS, startedAt + invocation.timeoutMs + 30 * SECOND_MS - this.#agenda.now)
          : undefined;
    if (delayMs === undefined) {
      this.#host.note(`${invocation.name}  is given up after ${attempt + 1} attempts, the last ${ending}`);
      this.#givenUp(invocation.name);
      return;
    }
    this.#agenda.after(delayMs, "work", () => this.invoke(invocation, attempt + 1));
  }
}
