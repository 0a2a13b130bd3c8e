/** Time as the server sees it. Tests bring their own and move it by hand. */
export interface ServerClock {
  nowMs(): number;
  /** Calls `fire` once, no earlier than asked; the answer cancels it. */
  setTimer(delayMs: number, fire: () => void): () => void;
}

/** Node's longest timer; a longer wait is asked for again when this one is over. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const realClock: ServerClock = {
  nowMs: () => Date.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Counts what is under way and not merely waiting for the clock, so that a test knows when to move it. */
export class Activity {
  #underWay = 0;
  readonly #waiters: Array<() => void> = [];

  begin(): void {
    this.#underWay += 1;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Resolves as soon as nothing is under way. */
  async idle(): Promise<void> {
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Waits, as one who was under way, until the clock says so or the signal is aborted. The end of the wait is under way
   * again in the same moment, so that nobody sees an idle server between the timer and what it wakes. It may come
   * early: look at the clock again.
   */
  async waitUntil(clock: ServerClock, untilMs: number, signal: AbortSignal): Promise<void> {
    const delayMs = untilMs - clock.nowMs();
    if (delayMs <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        cancel();
        this.begin();
        resolve();
      };
      const cancel = clock.setTimer(delayMs, wake);
      signal.addEventListener("abort", wake, { once: true });
      this.end();
    });
  }
}
