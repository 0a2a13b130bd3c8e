import type { Script } from "../script/script.ts";
import { type Report, run } from "./run.ts";

/** How many runs a shrinking takes at most; each is a few hundredths of a second, a run that never settles a second. */
const MOST_RUNS = 400;

/**
 * The shortest script found that still breaks the same promise: first the faults are left out in halves, quarters and
 * one by one, then jobs, drops, other users, windows, sweeps and restores, then faults again. What is left is what it takes.
 */
export async function shrink(failed: Report): Promise<Report> {
  const search = new Search(failed);
  await search.listFaults();
  await search.reduceFaults();
  for (const list of ["windows", "others", "sweepsAtMs", "restores", "jobs", "drops"] as const)
    await search.reduce(list);
  await search.reduceFaults();
  return search.best;
}

class Search {
  best: Report;
  #runs = 0;

  constructor(failed: Report) {
    this.best = failed;
  }

  /** Replaces the drawn faults by the list of those that struck. */
  async listFaults(): Promise<void> {
    const { script, faults } = this.best;
    await this.#try({ ...script, faults: [...faults] });
  }

  async reduceFaults(): Promise<void> {
    await this.#reduceList(this.best.script.faults ?? [], (faults) => ({ ...this.best.script, faults }));
  }

  async reduce(list: "windows" | "others" | "sweepsAtMs" | "restores" | "jobs" | "drops"): Promise<void> {
    const entries: unknown[] = this.best.script[list];
    await this.#reduceList(entries, (left) => ({ ...this.best.script, [list]: left }));
  }

  async #reduceList<T>(list: readonly T[], scriptOf: (left: T[]) => Script): Promise<void> {
    let left = [...list];
    for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let from = 0; from < left.length; ) {
        const shorter = left.toSpliced(from, size);
        if (await this.#try(scriptOf(shorter))) left = shorter;
        else from += size;
      }
  }

  async #try(script: Script): Promise<boolean> {
    if (this.#runs++ >= MOST_RUNS) return false;
    const report = await run(script);
    if (report.violation?.promise !== this.best.violation?.promise) return false;
    this.best = report;
    return true;
  }
}
