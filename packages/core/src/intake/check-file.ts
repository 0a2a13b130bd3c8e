import type { Problem } from "../problem.ts";
import type { Counts } from "../submission/submission.ts";
import { fillerFor } from "./filler-file.ts";
import { judge } from "./judge.ts";
import { defaultPlanLimits, type PlanLimits } from "./limits.ts";
import { type ErrorEntry, type Rules, scan } from "./scan.ts";
import { Tally, type Told } from "./tally.ts";

/** How many broken lines are told one by one, where nobody says otherwise. */
const SHOWN_ERRORS = 20;

/** What a drop of a file would come to. */
export interface FileCheck {
  /** `errors` counts the broken lines; all are 0 where the file is no file of records. */
  counts: Counts;
  /** How many jobs it would make; 0 where there is a problem. */
  jobs: number;
  /** The first broken lines. */
  entries: ErrorEntry[];
  /** What is wrong with all of the broken lines, each sentence once. */
  faults: Told[];
  /** What looks like a mistake, and would be run all the same. */
  warnings: Told[];
  /** Why all of it would be refused. */
  problem?: Problem;
}

/** Checks a file exactly as a drop of it is checked, and writes nothing. Throws what the chunks throw. */
export async function checkFile(
  chunks: AsyncIterable<Uint8Array>,
  rules: Rules,
  { maxEntries = SHOWN_ERRORS, limits = {} }: { maxEntries?: number; limits?: Partial<PlanLimits> } = {},
): Promise<FileCheck> {
  const all = { ...defaultPlanLimits, ...limits };
  const entries: ErrorEntry[] = [];
  const faults = new Tally();
  const scanned = await scan(chunks, rules, all, {
    good: () => {},
    bad: (entry) => {
      faults.add(entry.error, entry.line);
      if (entries.length < maxEntries) entries.push(entry);
    },
    drain: async () => {},
  });
  if (scanned.document !== undefined) {
    const counts = { records: 0, results: 0, errors: 0 };
    return { counts, jobs: 0, entries: [], faults: [], warnings: [], problem: scanned.document };
  }
  const { records, good, warnings } = scanned;
  const told = { counts: { records, results: 0, errors: records - good }, entries, faults: faults.all, warnings };
  const judged = judge(scanned, rules.lane, { ...all, hasFiller: fillerFor(rules) !== undefined });
  return judged.shares === undefined
    ? { ...told, jobs: 0, problem: judged.problem }
    : { ...told, jobs: judged.shares.length };
}
