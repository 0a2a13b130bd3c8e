/** What a held line costs beside its bytes: the Map's entry and the view's objects, roughly, in V8. */
const HELD_OVERHEAD_BYTES = 256;

/**
 * Puts lines back into the order of their positions, in bounded memory and several passes over them. It holds the
 * lines that come early; over its budget it lets go of those with the largest positions, and keeps that as the ceiling
 * of the pass. Lines that arrive in order are never held.
 */
export class InOrder {
  readonly #count: number;
  readonly #budgetBytes: number;
  readonly #emit: (position: number, line: Uint8Array) => Promise<void>;
  readonly #held = new Map<number, Uint8Array>();
  #heldBytes = 0;
  #next = 0;
  #ceiling: number;

  /** @param emit gets every line once, in the order of positions; it may use the bytes until it returns */
  constructor(count: number, budgetBytes: number, emit: (position: number, line: Uint8Array) => Promise<void>) {
    this.#count = count;
    this.#budgetBytes = budgetBytes;
    this.#emit = emit;
    this.#ceiling = count;
  }

  /** The first position that is not done with yet. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes a line at its position, each position at most once a pass.
   *
   * @param isMissing tells of a position for which no line will ever come; in the first pass nobody knows
   */
  async take(position: number, line: Uint8Array, isMissing: (position: number) => boolean): Promise<void> {
    if (position === this.#next) {
      await this.#emit(position, line);
      this.#next++;
      await this.#flush(isMissing);
    } else this.#hold(position, line);
  }

  /** Ends a pass: every position below its ceiling is done with now. */
  async endPass(isMissing: (position: number) => boolean): Promise<void> {
    await this.#flush(isMissing);
    this.#ceiling = this.#count;
  }

  async #flush(isMissing: (position: number) => boolean): Promise<void> {
    for (; this.#next < this.#count; this.#next++) {
      const line = this.#held.get(this.#next);
      if (line !== undefined) {
        this.#held.delete(this.#next);
        this.#heldBytes -= line.length + HELD_OVERHEAD_BYTES;
        await this.#emit(this.#next, line);
      } else if (!isMissing(this.#next)) return;
    }
  }

  #hold(position: number, line: Uint8Array): void {
    this.#makeRoom(position, line.length + HELD_OVERHEAD_BYTES);
    // What lies above it comes in the next pass.
    if (position >= this.#ceiling) return;
    // A copy: a view would keep the whole chunk that it was read in, which the budget knows nothing of. Not slice(),
    // because that of a Buffer is a view too.
    this.#held.set(position, new Uint8Array(line));
    this.#heldBytes += line.length + HELD_OVERHEAD_BYTES;
  }

  /**
   * Lets go of the largest positions until there is room, or this position is the largest itself. The ceiling only
   * sinks within a pass, so that all evictions of a pass look at each position once.
   */
  #makeRoom(position: number, neededBytes: number): void {
    while (this.#heldBytes + neededBytes > this.#budgetBytes && this.#ceiling > position) {
      this.#ceiling--;
      const line = this.#held.get(this.#ceiling);
      if (line === undefined) continue;
      this.#held.delete(this.#ceiling);
      this.#heldBytes -= line.length + HELD_OVERHEAD_BYTES;
    }
  }
}
