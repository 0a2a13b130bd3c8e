import type { LimitFunction } from "p-limit";
import type { Responder } from "../responder/index.ts";
import type { Bulletin } from "./bulletin.ts";
import { Activity, type ServerClock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { BatchFiles } from "./files.ts";
import { type BatchLimits, inspectInput } from "./inspect.ts";
import {
  type BatchJob,
  ended,
  isEnded,
  type RecordCounts,
  scheduled,
  sealed,
  stopping,
  validating,
  working,
} from "./job.ts";
import type { JobRegister } from "./register.ts";
import { type JobStep, nextStep } from "./step.ts";
import type { Timing } from "./timing.ts";
import { ServerClosedError, workThrough } from "./work.ts";

/** A job takes about ten steps; one that takes this many runs in circles. */
const MAX_STEPS = 10_000;
/** After a fault of the disk a job's step is tried again, this much later. */
const FAULT_PAUSE_MS = 5_000;

export interface EngineOptions {
  readonly clock: ServerClock;
  readonly register: JobRegister;
  readonly files: BatchFiles;
  readonly responder: Responder;
  /** The bound on responses under way, over all jobs. */
  readonly atOnce: LimitFunction;
  readonly inspections: LimitFunction;
  readonly limits: () => BatchLimits;
  readonly timing: Timing;
  readonly faults: Faults;
  readonly bulletin: Bulletin;
  readonly onProblem: (problem: unknown) => void;
}

type WorkStep = Extract<JobStep, { kind: "work" }>;

/** Brings every open job along its statuses. What it knows beyond the register may be lost at any moment. */
export class Engine {
  readonly activity = new Activity();
  readonly #options: EngineOptions;
  /** Ends whatever a job is waiting for or working on at the moment. */
  readonly #interrupts = new Map<string, AbortController>();
  readonly #progress = new Map<string, RecordCounts>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Takes up a job, a new one or one of an earlier run of the server. */
  start(jobId: string): void {
    void this.#follow(jobId);
  }

  /** How far a job in work has come. */
  progressOf(jobId: string): RecordCounts | undefined {
    return this.#progress.get(jobId);
  }

  /** Asks a job to stop: false if it has ended. Durable when it resolves. */
  async stop(jobId: string): Promise<boolean> {
    const { register, clock, bulletin } = this.#options;
    const stopped = await register.change(jobId, (job) =>
      isEnded(job) || job.status === "Stopping" ? undefined : stopping(job, clock.nowMs()),
    );
    if (stopped === undefined) return register.get(jobId)?.status === "Stopping";
    bulletin.announce(stopped);
    this.#interrupts.get(jobId)?.abort(new Error("The job was stopped."));
    return true;
  }

  /** Drops everything as a crash would; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const interrupt of this.#interrupts.values()) {
      interrupt.abort(new ServerClosedError("The batch server is closed."));
    }
    await this.activity.idle();
  }

  async #follow(jobId: string): Promise<void> {
    const { register, clock, timing, faults, onProblem } = this.#options;
    this.activity.begin();
    for (let steps = 0; steps < MAX_STEPS && !this.#closed; steps += 1) {
      const interrupt = new AbortController();
      this.#interrupts.set(jobId, interrupt);
      try {
        const job = register.get(jobId);
        if (job === undefined) break;
        const step = nextStep(job, clock.nowMs(), timing, faults.endingOf(job.request.jobName));
        if (step.kind === "rest") break;
        await this.#take(job, step, interrupt);
      } catch (fault) {
        if (this.#closed) break;
        // A stop in the middle of a step is no fault: the next step begins from what it left.
        if (interrupt.signal.aborted) continue;
        onProblem(fault);
        await this.activity.waitUntil(clock, clock.nowMs() + FAULT_PAUSE_MS, interrupt.signal);
      }
    }
    this.#interrupts.delete(jobId);
    this.#progress.delete(jobId);
    this.activity.end();
  }

  async #take(job: BatchJob, step: Exclude<JobStep, { kind: "rest" }>, interrupt: AbortController): Promise<void> {
    const { clock, files, limits, inspections } = this.#options;
    switch (step.kind) {
      case "wait":
        return this.activity.waitUntil(clock, step.untilMs, interrupt.signal);
      case "validate":
        return this.#change(job, () => validating(step.job, clock.nowMs()));
      case "inspect": {
        const found = await inspections(() => inspectInput(files, job.request, limits(), interrupt.signal));
        return this.#change(job, () =>
          "problem" in found
            ? ended(step.job, "Failed", clock.nowMs(), { message: found.problem })
            : scheduled(step.job, found.files, clock.nowMs()),
        );
      }
      case "begin":
        return this.#change(job, () => working(step.job, clock.nowMs()));
      case "end":
        if (isEnded(job)) return;
        return this.#change(job, () => ended(job, step.status, clock.nowMs(), messageOf(step)));
      case "work":
        return this.#work(step, interrupt);
    }
  }

  /** Changes the job's status unless it was stopped in between, which is told by its not being the same any more. */
  async #change(from: BatchJob, to: () => BatchJob): Promise<void> {
    const changed = await this.#options.register.change(from.jobId, (job) => (job === from ? to() : undefined));
    if (changed !== undefined) this.#options.bulletin.announce(changed);
  }

  async #work(step: WorkStep, interrupt: AbortController): Promise<void> {
    const { register, clock, bulletin } = this.#options;
    const { jobId, expiresAtMs } = step.job;
    const cancelExpiry =
      step.job.status === "InProgress"
        ? clock.setTimer(expiresAtMs - clock.nowMs(), () => interrupt.abort(new Error("The job's timeout is over.")))
        : () => {};
    let outcome: { readonly counts?: RecordCounts; readonly message?: string };
    try {
      outcome = { counts: await this.#done(step, interrupt.signal) };
    } catch (fault) {
      if (this.#closed) throw fault;
      const words = fault instanceof Error ? fault.message : String(fault);
      outcome = { message: `The job's records could not be read or its output not be written: ${words}` };
    } finally {
      cancelExpiry();
    }
    const { counts, message } = outcome;
    const after = await register.change(jobId, (job) => {
      if (job.status === "Stopping") return sealed(job, counts ?? job.counts);
      if (job.status !== "InProgress") return undefined;
      if (counts === undefined) return ended(job, "Failed", clock.nowMs(), message === undefined ? {} : { message });
      const short = counts.processed < counts.total && step.endsAs === "Completed";
      const status = short ? "PartiallyCompleted" : step.endsAs;
      return ended(job, status, clock.nowMs(), { counts, ...messageOf(step) });
    });
    this.#progress.delete(jobId);
    if (after !== undefined && isEnded(after)) bulletin.announce(after);
  }

  async #done(step: WorkStep, signal: AbortSignal): Promise<RecordCounts> {
    const { clock, files, responder, atOnce, timing, faults } = this.#options;
    const { jobId, request } = step.job;
    const total = step.files.reduce((sum, { records }) => sum + records, 0);
    return workThrough({
      files,
      seed: timing.seed,
      jobId,
      inputs: step.files,
      outputUri: request.outputUri,
      total,
      recordLimit: step.recordLimit,
      atOnce,
      signal,
      respond: async (recordId, modelInput, cut) => {
        const error = faults.recordError(recordId);
        return error === undefined
          ? responder.respond(request.modelId, request.invocationType, modelInput, cut)
          : { error };
      },
      pace: (processed) =>
        this.activity.waitUntil(clock, step.startedAtMs + step.durationMs * (processed / total), signal),
      progress: (counts) => this.#progress.set(jobId, counts),
    });
  }
}

function messageOf({ message }: { readonly message?: string }): { readonly message?: string } {
  return message === undefined ? {} : { message };
}
