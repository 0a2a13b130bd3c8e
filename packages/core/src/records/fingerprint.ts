import xxhash from "xxhash-wasm";

/** 64 bits that stand for a recordId. Equal ones are `===`, so it can be the key of a Map. */
export type Fingerprint = bigint;

/** Compiled once: that takes as long as fingerprinting thousands of ids. */
let compiled: ReturnType<typeof xxhash> | undefined;

/**
 * Makes the function that turns recordIds into fingerprints (XXH64, seed 0). Among 100 million different ids the
 * chance that any two share one is about 1 in 3,700.
 */
export async function fingerprinter(): Promise<(recordId: string) => Fingerprint> {
  compiled ??= xxhash();
  const { h64 } = await compiled;
  return (recordId) => h64(recordId);
}

/** So many tables share the fingerprints: growing one of them needs little room beside the others. */
const SHARDS = 256;
const FIRST_SLOTS = 16;
/** The share of slots in use at which a table doubles. */
const MOST_FULL = 0.75;

/** One open-addressing table: slot i is words 2i (low) and 2i + 1 (high); a slot of two zeros is free. */
interface Shard {
  words: Uint32Array;
  used: number;
}

/** A growing set of fingerprints, at 11 to 22 bytes for each: 8 bytes a slot, and never more than three in four in use. */
export class FingerprintSet {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => ({
    words: new Uint32Array(2 * FIRST_SLOTS),
    used: 0,
  }));
  // A bigint is taken apart through memory, because arithmetic on it would allocate.
  readonly #whole = new BigUint64Array(1);
  readonly #halves = new Uint32Array(this.#whole.buffer);
  #hasZero = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a fingerprint; false if it was there already. */
  add(fingerprint: Fingerprint): boolean {
    this.#whole[0] = fingerprint;
    const low = this.#halves[0] ?? 0;
    const high = this.#halves[1] ?? 0;
    if (low === 0 && high === 0) return this.#addZero();
    const shard = this.#shards[high >>> 24];
    if (shard === undefined || !insert(shard.words, low, high)) return false;
    shard.used++;
    this.#size++;
    if (shard.used > (shard.words.length / 2) * MOST_FULL) grow(shard);
    return true;
  }

  /** The fingerprint that looks like a free slot is kept beside the tables. */
  #addZero(): boolean {
    if (this.#hasZero) return false;
    this.#hasZero = true;
    this.#size++;
    return true;
  }
}

function insert(words: Uint32Array, low: number, high: number): boolean {
  const mask = words.length / 2 - 1;
  // The table always has a free slot, so the walk ends.
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const storedLow = words[2 * slot];
    const storedHigh = words[2 * slot + 1];
    if (storedLow === 0 && storedHigh === 0) {
      words[2 * slot] = low;
      words[2 * slot + 1] = high;
      return true;
    }
    if (storedLow === low && storedHigh === high) return false;
  }
}

function grow(shard: Shard): void {
  const before = shard.words;
  shard.words = new Uint32Array(before.length * 2);
  for (let at = 0; at < before.length; at += 2) {
    const low = before[at] ?? 0;
    const high = before[at + 1] ?? 0;
    if (low !== 0 || high !== 0) insert(shard.words, low, high);
  }
}
