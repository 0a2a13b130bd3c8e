/**
 * Joins the named clauses of a condition. They need no brackets: AND binds tighter than OR, and `any` brackets itself.
 * Brackets are dear: the embedded server's parser reads what is in them again and again, three times a level.
 */
export function all(...clauses: readonly string[]): string {
  return clauses.join(" AND ");
}

/** At least one of the named clauses. */
export function any(...clauses: readonly string[]): string {
  return clauses.length === 1 ? clauses.join() : `(${clauses.join(" OR ")})`;
}
