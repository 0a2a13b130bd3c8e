import * as z from "zod";
import type { OutputError } from "../responder/index.ts";
import { drawn } from "../responder/seeded.ts";
import { BedrockError, ERROR_CODES } from "./errors.ts";
import type { JobEnding } from "./step.ts";

const percent = z.number().min(0).max(100);
const count = z.number().int().nonnegative();
const pattern = z.string().refine((source) => {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}, "is not a regular expression");

const settingsShape = z.strictObject({
  /** Best effort, made worse. `delayMs` is the clock's time and is not divided by the speed. */
  events: z.strictObject({ losePercent: percent, repeatPercent: percent, delayPercent: percent, delayMs: count }),
  /** Creates that are throttled: the next so many, then a share. */
  throttle: z.strictObject({ nextCreates: count, percent }),
  /** Creates that are done, but whose caller never gets the answer. */
  loseAnswer: z.strictObject({ nextCreates: count, percent }),
  /** The next so many calls of an operation that are refused with an error. */
  refuse: z.array(
    z.strictObject({
      operation: z.enum(["Create", "Get", "List", "Stop"]),
      code: z.enum(ERROR_CODES),
      next: count,
      message: z.string().optional(),
    }),
  ),
  /** Every scope's quota becomes at most this; null leaves them. */
  quota: count.nullable(),
  /** A job this young is not listed yet. */
  listLagMs: count,
  /** Jobs whose name matches end so; the first match counts. Asked when a job moves, so set it before. */
  endings: z.array(
    z.strictObject({
      jobName: pattern,
      status: z.enum(["Failed", "Expired", "PartiallyCompleted"]),
      processedFraction: z.number().min(0).max(1).default(0),
      message: z.string().optional(),
    }),
  ),
  /** Records whose id matches fail so. */
  recordErrors: z.array(z.strictObject({ recordId: pattern, errorCode: z.number().int(), errorMessage: z.string() })),
});

export type FaultSettings = z.infer<typeof settingsShape>;
/** Some of the settings; what is left out stays as it was. */
export type FaultChanges = { readonly [Key in keyof GivenSettings]?: Changed<GivenSettings[Key]> };
type GivenSettings = z.input<typeof settingsShape>;
type Changed<Value> = Value extends unknown[] ? Value : Partial<Value>;
export type Operation = FaultSettings["refuse"][number]["operation"];

const NO_FAULTS: FaultSettings = {
  events: { losePercent: 0, repeatPercent: 0, delayPercent: 0, delayMs: 0 },
  throttle: { nextCreates: 0, percent: 0 },
  loseAnswer: { nextCreates: 0, percent: 0 },
  refuse: [],
  quota: null,
  listLagMs: 0,
  endings: [],
  recordErrors: [],
};

/** Decides, for one record, whether it fails; undefined lets the responder have it. */
export type RecordFault = (recordId: string) => OutputError | undefined;

/**
 * What goes wrong on request. Every share is drawn from the seed and from what it is about, so that a run repeats. The
 * settings live in memory: a restarted server begins without them.
 */
export class Faults {
  #settings: FaultSettings = NO_FAULTS;
  #recordFault: RecordFault = () => undefined;
  #creates = 0;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  get settings(): FaultSettings {
    return this.#settings;
  }

  /** Changes some of the settings. @throws ZodError if one is not well formed; then nothing has changed. */
  set(changes: FaultChanges): void {
    this.setFromJson(changes);
  }

  /** As `set`, for what came from outside. */
  setFromJson(changes: unknown): void {
    const given = z.looseObject({}).parse(changes) as FaultChanges;
    this.#settings = settingsShape.parse({
      ...this.#settings,
      ...given,
      events: { ...this.#settings.events, ...given.events },
      throttle: { ...this.#settings.throttle, ...given.throttle },
      loseAnswer: { ...this.#settings.loseAnswer, ...given.loseAnswer },
    });
  }

  /** Lets records fail by a function, for what a pattern on the id cannot say. */
  failRecords(fault: RecordFault): void {
    this.#recordFault = fault;
  }

  /** Nothing goes wrong any more. */
  clear(): void {
    this.#settings = NO_FAULTS;
    this.#recordFault = () => undefined;
  }

  #hits(share: number, ...about: ReadonlyArray<string | number>): boolean {
    return share > 0 && drawn(this.#seed, ...about) * 100 < share;
  }

  /** The error that a call of the operation gets, if it is refused. Counts the call. */
  refusal(operation: Operation): BedrockError | undefined {
    const refusal = this.#settings.refuse.find((entry) => entry.operation === operation && entry.next > 0);
    if (refusal !== undefined) {
      refusal.next -= 1;
      return new BedrockError(
        refusal.code,
        refusal.message ?? `${operation} was refused (a fault that was asked for).`,
      );
    }
    if (operation !== "Create") return undefined;
    this.#creates += 1;
    const { throttle } = this.#settings;
    const next = throttle.nextCreates > 0;
    if (next) throttle.nextCreates -= 1;
    return next || this.#hits(throttle.percent, "throttle", this.#creates)
      ? new BedrockError("ThrottlingException", "Too many requests, please wait before trying again.")
      : undefined;
  }

  /** Whether the answer of the Create that was just done is lost. */
  losesAnswer(): boolean {
    const { loseAnswer } = this.#settings;
    if (loseAnswer.nextCreates > 0) {
      loseAnswer.nextCreates -= 1;
      return true;
    }
    return this.#hits(loseAnswer.percent, "answer", this.#creates);
  }

  /** When an event is delivered, in milliseconds from now: once usually, never or twice by fault. */
  deliveriesMs(jobId: string, status: string): readonly number[] {
    const { losePercent, repeatPercent, delayPercent, delayMs } = this.#settings.events;
    if (this.#hits(losePercent, "lose", jobId, status)) return [];
    const first = this.#hits(delayPercent, "delay", jobId, status) ? delayMs : 0;
    return this.#hits(repeatPercent, "repeat", jobId, status) ? [first, first] : [first];
  }

  /** A scope's quota under the present settings. */
  limit(limit: number): number {
    return Math.min(limit, this.#settings.quota ?? limit);
  }

  /** How a job with this name must end, if a fault says so. */
  endingOf(jobName: string): JobEnding | undefined {
    const ending = this.#settings.endings.find((entry) => new RegExp(entry.jobName).test(jobName));
    if (ending === undefined) return undefined;
    const { status, processedFraction, message } = ending;
    return { status, processedFraction, ...(message === undefined ? {} : { message }) };
  }

  /** The error that a record gets, if a fault says so. */
  recordError(recordId: string): OutputError | undefined {
    const named = this.#settings.recordErrors.find((entry) => new RegExp(entry.recordId).test(recordId));
    return named === undefined
      ? this.#recordFault(recordId)
      : { errorCode: named.errorCode, errorMessage: named.errorMessage };
  }
}
