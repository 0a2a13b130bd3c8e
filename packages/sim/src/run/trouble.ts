import type { Agenda } from "../schedule/agenda.ts";
import type { CallFaults } from "../script/faults.ts";
import { BEGIN, MINUTE_MS, type Script } from "../script/script.ts";

/** A lease, the longest stall and a call on its way: so long after it, trouble has no part in what happens. */
const CLEAR_AFTER_MS = 10 * MINUTE_MS;

/** Remembers when something went wrong last, and which sweeps came after it. */
export class Trouble {
  readonly #agenda: Agenda;
  readonly #faults: CallFaults;
  readonly #windows: Script["windows"];
  #harmful = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #owedAt = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(agenda: Agenda, faults: CallFaults, { windows }: Script) {
    this.#agenda = agenda;
    this.#faults = faults;
    this.#windows = windows;
  }

  /** Something was lost that only a sweep repairs. */
  owe(): void {
    this.#owedAt = this.#agenda.now;
  }

  /** Something was tried for the last time and failed: it may have been about to finish a claim. */
  giveUp(): void {
    this.owe();
    this.#lastAt = this.#agenda.now;
  }

  /** A sweep went well. */
  repaired(startedAt: number): void {
    this.#sweptAt = Math.max(this.#sweptAt, startedAt);
  }

  /** To be called after every step. */
  look(): void {
    const { now } = this.#agenda;
    const isInWindow = this.#windows.some(({ atMs, lastsMs }) => now >= BEGIN + atMs && now < BEGIN + atMs + lastsMs);
    if (this.#faults.harmful > this.#harmful || isInWindow) this.#lastAt = now;
    this.#harmful = this.#faults.harmful;
  }

  get owes(): boolean {
    return this.#sweptAt <= this.#owedAt + CLEAR_AFTER_MS;
  }

  get isRecent(): boolean {
    return this.#sweptAt <= this.#lastAt + CLEAR_AFTER_MS;
  }
}
