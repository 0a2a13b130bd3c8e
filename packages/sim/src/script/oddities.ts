import { jobNameOf } from "@sluice/core";
import { idOf } from "./rows.ts";
import type { JobScript, Script } from "./script.ts";

/** What is odd with the jobs of a script, by their names in Bedrock. */
export class Oddities {
  readonly #jobs: ReadonlyMap<string, JobScript>;
  /** The sleepers that somebody has set out to create. */
  readonly #slept = new Set<string>();

  constructor({ jobs }: Script, stage: string) {
    this.#jobs = new Map(jobs.map((job) => [jobNameOf(stage, idOf(job)), job]));
  }

  of(jobName: string): JobScript["oddity"] {
    return this.#jobs.get(jobName)?.oddity;
  }

  /** How long Bedrock takes with a job, where its script says so. */
  lastsMsOf(jobName: string): number | undefined {
    return this.#jobs.get(jobName)?.lastsMs;
  }

  /** True for the first that sets out to create a sleeper. */
  sleeps(jobName: string): boolean {
    if (this.of(jobName) !== "sleeper" || this.#slept.has(jobName)) return false;
    this.#slept.add(jobName);
    return true;
  }
}
