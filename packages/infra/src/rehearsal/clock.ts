import type { ServerClock } from "@sluice/emulator";

/** Time in a rehearsal: it runs so many times as fast as the machine's, and can be moved on by hand. */
export class RehearsalClock implements ServerClock {
  readonly speed: number;
  readonly #startedAt = Date.now();
  #jumpedMs = 0;

  constructor(speed: number) {
    this.speed = speed;
  }

  nowMs(): number {
    return this.#startedAt + (Date.now() - this.#startedAt) * this.speed + this.#jumpedMs;
  }

  /** Timers that run are not shortened; whoever waits looks at the clock again. */
  setTimer(delayMs: number, fire: () => void): () => void {
    const timer = setTimeout(fire, Math.max(0, delayMs) / this.speed);
    return () => clearTimeout(timer);
  }

  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** What another process needs to have the same time. */
  get settings(): { startedAt: number; speed: number; jumpedMs: number } {
    return { startedAt: this.#startedAt, speed: this.speed, jumpedMs: this.#jumpedMs };
  }

  /** Seconds of this clock as whole seconds of the machine's: what waits must not come early. */
  realSeconds(seconds: number): number {
    return Math.ceil(seconds / this.speed);
  }
}
