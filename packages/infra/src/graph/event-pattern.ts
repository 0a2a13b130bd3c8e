import type { Json } from "../evaluation/json.ts";

/**
 * EventBridge's matching, for the operators that the stacks use.
 *
 * @throws Error for an operator that it does not know
 */
export function matches(pattern: Json, event: Json): boolean {
  return Object.entries<Json>(pattern).every(([key, wanted]) => {
    const has = event !== null && typeof event === "object" && key in event;
    if (!Array.isArray(wanted)) return has && matches(wanted, event[key]);
    const values = has ? [event[key]].flat() : [];
    return wanted.some((want) => matchesOne(want, values, has));
  });
}

function matchesOne(want: Json, values: Json[], has: boolean): boolean {
  if (want === null || typeof want !== "object") return values.includes(want);
  if ("exists" in want) return want.exists === has;
  if ("prefix" in want) return values.some((value) => typeof value === "string" && value.startsWith(want.prefix));
  throw new Error(`The pattern's operator ${JSON.stringify(want)} is not known here: add it to event-pattern.ts.`);
}
