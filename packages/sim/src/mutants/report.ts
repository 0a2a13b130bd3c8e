import { writeFile } from "node:fs/promises";
import { answerRules } from "./answer-rules.ts";
import { loadMutant } from "./build.ts";
import { crashRules } from "./crash-rules.ts";
import type { Mutant } from "./mutant.ts";
import { outsideRules } from "./outside-rules.ts";
import { refillRules } from "./refill-rules.ts";
import { searchErrors } from "./search-errors.ts";
import { settingsRules } from "./settings-rules.ts";
import { settlingRules } from "./settling-rules.ts";
import { wholeRules } from "./whole-rules.ts";

/** Within so many runs each mutant must be caught. */
export const MOST_RUNS = 3_000;

export const mutants: readonly Mutant[] = [
  ...refillRules,
  ...answerRules,
  ...crashRules,
  ...settingsRules,
  ...wholeRules,
  ...settlingRules,
  ...outsideRules,
  ...searchErrors,
];

const CAUGHT_BY = new URL("./caught-by.json", import.meta.url);

/** Hunts every mutant from seed 1 on, says what it took, and remembers the seeds; true if all were caught. */
export async function huntAll(say: (line: string) => void): Promise<boolean> {
  let alive = 0;
  const caughtBy: Record<string, number> = {};
  for (const mutant of mutants) {
    const { hunt } = await loadMutant(mutant);
    const { runs, caught } = await hunt({ from: 1, count: MOST_RUNS }, mutant.level);
    if (caught === undefined) alive++;
    else caughtBy[mutant.name] = caught.script.seed;
    const outcome = caught === undefined ? "NOT CAUGHT" : `${runs} runs`;
    say(`${outcome.padStart(10)}  ${mutant.name}${caught === undefined ? "" : ` (${caught.violation?.promise})`}`);
  }
  await writeFile(CAUGHT_BY, `${JSON.stringify(caughtBy, undefined, 2)}\n`);
  say(`${mutants.length - alive} of ${mutants.length} mutants caught within ${MOST_RUNS} runs each.`);
  return alive === 0;
}
