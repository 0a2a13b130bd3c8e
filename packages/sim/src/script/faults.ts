import type { Chance } from "../schedule/chance.ts";
import { type FaultKind, harmless, type Script } from "./script.ts";

/** Decides at every place of a run whether something goes wrong there, and remembers what did. */
export class CallFaults {
  /** Every fault that struck, by its name, in order. */
  readonly struck: string[] = [];
  /** How many of them may leave a claim that only a sweep finishes. */
  harmful = 0;
  readonly #rates: Script["rates"];
  readonly #weakSpots: Script["weakSpots"];
  readonly #only: ReadonlySet<string> | undefined;
  #isOver = false;

  constructor({ rates, weakSpots, faults }: Script) {
    this.#rates = rates;
    this.#weakSpots = weakSpots;
    this.#only = faults === undefined ? undefined : new Set(faults);
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * The fault of these kinds that strikes at a place, if one does.
   *
   * @param place a name of this place that no other place of the run has
   * @param call the port and method that is called there
   * @param isAnswered true for a call that answers even then: what cannot be known is said
   */
  at(
    place: string,
    kinds: readonly FaultKind[],
    chance: Chance,
    call?: string,
    isAnswered = false,
  ): FaultKind | undefined {
    // Drawn in any case: what comes after it must not depend on whether faults are drawn or given.
    let left = chance.fraction();
    if (this.#isOver) return undefined;
    for (const kind of kinds) {
      const weakSpot = call && this.#weakSpots.find((spot) => spot.call === call && spot.kind === kind);
      const rate = weakSpot ? weakSpot.rate : (this.#rates[kind] ?? 0);
      const name = `${place} ${kind}`;
      const strikes = this.#only === undefined ? left < rate : this.#only.has(name);
      if (strikes) {
        this.struck.push(name);
        if (!harmless.has(kind) && !(isAnswered && (kind === "refused" || kind === "answerLost"))) this.harmful++;
        return kind;
      }
      left -= rate;
    }
    return undefined;
  }
}
