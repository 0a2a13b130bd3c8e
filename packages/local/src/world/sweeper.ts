import type { Log } from "@sluice/core";

/** Runs the sweep again and again, one at a time; a sweep that fails is logged, and the next one comes as usual. */
export class Sweeper {
  readonly #sweep: () => Promise<void>;
  readonly #everyMs: number;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isOpen = true;

  constructor(sweep: () => Promise<void>, everyMs: number, log: Log) {
    this.#sweep = sweep;
    this.#everyMs = everyMs;
    this.#log = log;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Sweeps once, or joins the sweep that is under way, and sets the time of the next. */
  async run(): Promise<void> {
    if (!this.#isOpen) return;
    this.#running ??= this.#once();
    await this.#running;
  }

  /** Sweeps no more, and resolves when a sweep that is under way has ended. */
  async close(): Promise<void> {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #once(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await this.#sweep();
    } catch (error) {
      const message = `The sweep failed: ${error instanceof Error ? error.message : String(error)} The next one tries again.`;
      this.#log({ level: "error", event: "sweepFailed", message });
    }
    this.#running = undefined;
    if (this.#isOpen) this.#timer = setTimeout(() => void this.run(), this.#everyMs);
  }
}
