import { type BatchJob, isEnded } from "./job.ts";
import type { JobFiles } from "./job-files.ts";
import { ServerClosedError } from "./work.ts";

interface RegisterEntry {
  job: BatchJob;
  /** The end of the last change that was asked for: changes of one job happen one after another. */
  turn: Promise<unknown>;
}

/**
 * All jobs of the account, in memory and on disk. What is read here has been durable before. About 1 kB a job; ended
 * jobs stay, because their names stay taken and they are listed.
 */
export class JobRegister {
  readonly #store: JobFiles;
  readonly #entries = new Map<string, RegisterEntry>();
  readonly #idByName = new Map<string, string>();
  readonly #idByToken = new Map<string, string>();
  readonly #open = new Set<string>();
  #nextSequence = 1;
  #closed = false;

  private constructor(store: JobFiles) {
    this.#store = store;
  }

  static async open(store: JobFiles): Promise<JobRegister> {
    const register = new JobRegister(store);
    for (const job of await store.load()) register.#keep(job);
    return register;
  }

  #keep(job: BatchJob): void {
    this.#entries.set(job.jobId, { job, turn: Promise.resolve() });
    this.#idByName.set(job.request.jobName, job.jobId);
    if (job.clientRequestToken !== undefined) this.#idByToken.set(job.clientRequestToken, job.jobId);
    if (!isEnded(job)) this.#open.add(job.jobId);
    this.#nextSequence = Math.max(this.#nextSequence, job.sequence + 1);
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  get(jobId: string): BatchJob | undefined {
    return this.#entries.get(jobId)?.job;
  }

  named(jobName: string): BatchJob | undefined {
    return this.get(this.#idByName.get(jobName) ?? "");
  }

  withToken(token: string): BatchJob | undefined {
    return this.get(this.#idByToken.get(token) ?? "");
  }

  all(): readonly BatchJob[] {
    return Array.from(this.#entries.values(), ({ job }) => job);
  }

  open(): readonly BatchJob[] {
    return Array.from(this.#open, (jobId) => this.get(jobId)).filter((job) => job !== undefined);
  }

  /** Adds a new job; when it resolves, the job is durable. The caller adds one at a time. */
  async add(job: BatchJob): Promise<void> {
    this.#throwIfClosed();
    await this.#store.save(job);
    this.#keep(job);
  }

  /**
   * Changes a job after all earlier changes of it. `next` sees the present state and gives the new one, or undefined
   * to leave it: a lost race is a value.
   * @returns the new state, once it is durable; undefined if nothing was changed.
   */
  async change(jobId: string, next: (job: BatchJob) => BatchJob | undefined): Promise<BatchJob | undefined> {
    const entry = this.#entries.get(jobId);
    if (entry === undefined) return undefined;
    const turn = entry.turn.then(async () => {
      const job = next(entry.job);
      if (job === undefined) return undefined;
      this.#throwIfClosed();
      await this.#store.save(job);
      entry.job = job;
      if (isEnded(job)) this.#open.delete(jobId);
      return job;
    });
    entry.turn = turn.catch(() => undefined);
    return turn;
  }

  /** From now on nothing is written any more, as if the process had been killed. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when no write is under way. */
  async drain(): Promise<void> {
    await Promise.all(Array.from(this.#entries.values(), ({ turn }) => turn));
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new ServerClosedError("The batch server is closed.");
  }
}
