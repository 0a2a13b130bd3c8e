import { readable } from "./history.ts";
import type { Report } from "./run.ts";

/** A failed run in words: how to repeat it, what was broken, the shortest script, and what happened in it. */
export function tell(failed: Report, shortest: Report): string {
  const { script, violation } = shortest;
  return [
    `Seed ${failed.script.seed} (${script.level}) breaks a promise: ${failed.violation?.promise}`,
    `  ${failed.violation?.message}`,
    `Repeat it:  pnpm sim --seed ${failed.script.seed}${failed.script.level === "whole" ? " --level whole" : " --level queue"}`,
    `The shortest script that still breaks it (pnpm sim --script FILE):`,
    JSON.stringify({ ...script, rates: {}, weakSpots: [], faults: script.faults ?? shortest.faults }),
    `What happens in it (${shortest.lines.length} lines; hours:minutes:seconds, instance@attempt/call):`,
    ...shortest.lines.map((line) => `  ${readable(line)}`),
    `${violation?.promise}: ${violation?.message}`,
  ].join("\n");
}
