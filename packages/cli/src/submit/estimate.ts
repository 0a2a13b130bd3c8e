/** From so much of progress on it says something of the rest. */
const LEAST_MS = 2_000;

/**
 * How long the rest takes, by the pace since the first record was done: before that, jobs wait for slots and checks,
 * which says nothing of the rest.
 */
export class Estimate {
  #first: { atMs: number; done: number } | undefined;

  /** Undefined while nothing can be said. Times are since the beginning of the wait, in milliseconds. */
  remainingMs(elapsedMs: number, done: number, records: number): number | undefined {
    if (done === 0) return undefined;
    this.#first ??= { atMs: elapsedMs, done };
    const spanMs = elapsedMs - this.#first.atMs;
    const progress = done - this.#first.done;
    if (spanMs < LEAST_MS || progress <= 0 || done >= records) return undefined;
    return (spanMs / progress) * (records - done);
  }
}
