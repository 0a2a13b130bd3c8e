import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;
const TWO_TO_32 = 2 ** 32;

/** FNV-1a, 32 bits: spreads names over the seeds of their generators. */
export function spread(text: string, basis = FNV_BASIS): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}

/**
 * The one source of randomness, split by name: what one actor draws does not depend on how often the others drew, so
 * that taking one fault out of a run leaves the rest of it as alike as it can be.
 */
export class Chance {
  readonly #generator: RandomGenerator;

  constructor(seed: number, name: string) {
    this.#generator = xoroshiro128plus(spread(name, (spread(String(seed)) ^ FNV_BASIS) >>> 0) | 0);
    // Neighbouring seeds of this generator begin alike; its first numbers are thrown away.
    for (let i = 0; i < 16; i++) this.#generator.next();
  }

  /** A number of [0, 1). */
  fraction(): number {
    return (this.#generator.next() >>> 0) / TWO_TO_32;
  }

  /** A whole number of [least, most]. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** A number of [least, most), drawn so that each order of magnitude is as likely as the next. */
  magnitude(least: number, most: number): number {
    return least * (most / least) ** this.fraction();
  }

  /** True with this probability. */
  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.whole(0, choices.length - 1)];
    if (choice === undefined) throw new Error("There is nothing to pick from.");
    return choice;
  }
}
