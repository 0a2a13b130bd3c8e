import { closeSync, fsync, openSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BatchJob } from "./job.ts";

const FOLDER = "jobs";
const UNFINISHED = ".tmp";
const synced = promisify(fsync);

/**
 * The jobs on disk, one file each. A file is written beside its place, synced and renamed, so that a kill at any
 * moment leaves the old state or the new one, never half of one.
 */
export class JobFiles {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the store under `dir` and makes it if it is new. */
  static async open(dir: string): Promise<JobFiles> {
    const folder = join(dir, FOLDER);
    await mkdir(folder, { recursive: true });
    return new JobFiles(folder);
  }

  /** Every job there is. @throws Error that names a file which is no job. */
  async load(): Promise<readonly BatchJob[]> {
    const jobs: BatchJob[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      if (name.endsWith(UNFINISHED)) {
        await rm(path, { force: true });
        continue;
      }
      if (!name.endsWith(".json")) continue;
      try {
        jobs.push(JSON.parse(await readFile(path, "utf8")));
      } catch (fault) {
        throw new Error(`The job file ${path} cannot be read. Remove it to lose this one job, and start again.`, {
          cause: fault,
        });
      }
    }
    return jobs;
  }

  /** Makes the job's state durable; when it resolves, a restart will see it. */
  async save(job: BatchJob): Promise<void> {
    const path = join(this.#folder, `${job.jobId}.json`);
    const unfinished = `${path}${UNFINISHED}`;
    const file = openSync(unfinished, "w");
    try {
      writeFileSync(file, JSON.stringify(job));
      await synced(file);
    } finally {
      closeSync(file);
    }
    await rename(unfinished, path);
  }
}
