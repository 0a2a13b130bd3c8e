/** A name further away than this is no typing error any more. */
const MAX_DISTANCE = 4;

/** "Did you mean …?", or what there is, for a name that is none of these. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `Did you mean ${near}?`;
  return known.length === 0 ? "There is none." : `There is: ${known.join(", ")}.`;
}

/**
 * The one of these names that a word may be a typing error of; undefined if none is near enough.
 *
 * @param most how many letters may be wrong
 */
export function nearest(
  word: string,
  known: readonly string[],
  most = Math.min(MAX_DISTANCE, Math.ceil(word.length / 2)),
): string | undefined {
  const near = known
    .map((name) => ({ name, distance: distanceOf(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= most ? near.name : undefined;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
