/**
 * A 32-bit hash of a text (FNV-1a, then murmur3's finaliser, so that texts that differ in one letter differ in every
 * bit). Not for secrets: it draws, it does not protect.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends on the values only. */
export function drawn(...values: ReadonlyArray<string | number>): number {
  return hash32(values.join("\u0000")) / 0x1_0000_0000;
}

/** An endless sequence of numbers in [0, 1) that depends on the seed only (mulberry32). */
export function sequenceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
