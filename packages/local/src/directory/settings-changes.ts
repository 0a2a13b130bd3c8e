import type { Settings } from "@sluice/core";

type Lane = Settings["lanes"][string];
type Route = Settings["default"];

/** What differs between two settings, in words, one thing each; empty if nothing does. */
export function settingsChanges(before: Settings, after: Settings): string[] {
  return [
    ...changed("lane", before.lanes, after.lanes, laneWords),
    ...changed("route", before.routes, after.routes, routeWords),
    ...changed("route", { default: before.default }, { default: after.default }, routeWords),
  ];
}

function changed<T>(
  kind: string,
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  words: (before: T, after: T) => string[],
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [from, to] = [before[name], after[name]];
    if (from === undefined) return [`${kind} ${name} is new`];
    if (to === undefined) return [`${kind} ${name} is gone`];
    return words(from, to).map((difference) => `${kind} ${name}: ${difference}`);
  });
}

function laneWords(before: Lane, after: Lane): string[] {
  return memberWords(before, after, ["limit", "models", "minRecords", "maxRecords", "maxBytes"]);
}

function routeWords(before: Route, after: Route): string[] {
  return memberWords(before, after, ["model", "priority", "invocation", "timeoutHours"]);
}

function memberWords<T>(before: T, after: T, members: readonly (keyof T & string)[]): string[] {
  return members
    .map((member) => [member, JSON.stringify(before[member]), JSON.stringify(after[member])] as const)
    .filter(([, from, to]) => from !== to)
    .map(([member, from, to]) => `${member} ${from ?? "none"} → ${to ?? "none"}`);
}
