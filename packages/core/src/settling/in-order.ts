/** What a held line costs beside its bytes: the Map's entry and the view's objects, roughly, in V8. */
const HELD_OVERHEAD_BYTES = 256;

/**
 * What is known of a position: its line is the one that counts, a better one may still come, or none will come at all.
 */
export type Fate = "emit" | "wait" | "skip";

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

  /** Takes a line at its position. Of several at one position, the last counts, as long as its fate is to wait. */
  async take(position: number, line: Uint8Array, fateOf: (position: number) => Fate): Promise<void> {
    // It was held through the last pass, and is emitted.
    if (position < this.#next) return;
    this.#release(position);
    if (position === this.#next && fateOf(position) === "emit") {
      await this.#emit(position, line);
      this.#next++;
    } else this.#hold(position, line);
    await this.#flush(fateOf);
  }

  /** Ends a pass: every position below its ceiling is done with now, so none may wait any longer. */
  async endPass(fateOf: (position: number) => Fate): Promise<void> {
    await this.#flush(fateOf);
    this.#ceiling = this.#count;
  }

  async #flush(fateOf: (position: number) => Fate): Promise<void> {
    for (; this.#next < this.#count; this.#next++) {
      const fate = fateOf(this.#next);
      const line = fate === "emit" ? this.#release(this.#next) : undefined;
      if (line !== undefined) await this.#emit(this.#next, line);
      else if (fate !== "skip") return;
    }
  }

  /** Gives the line up that is held at a position. */
  #release(position: number): Uint8Array | undefined {
    const line = this.#held.get(position);
    if (line === undefined) return undefined;
    this.#held.delete(position);
    this.#heldBytes -= line.length + HELD_OVERHEAD_BYTES;
    return line;
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
      this.#release(this.#ceiling);
    }
  }
}
