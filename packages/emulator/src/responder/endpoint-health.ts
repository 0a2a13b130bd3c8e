/** What is wrong with an endpoint now. */
export interface Trouble {
  /** Whether it answers with failures, or not at all. */
  readonly kind: "failing" | "silent";
  /** When it began, in epoch milliseconds. */
  readonly since: number;
  /** Requests that failed since, each try counted. */
  readonly failures: number;
  /** What happened last, and what to do. */
  readonly message: string;
}

/** What became of a request: answered, cut short by whoever asked, or failed for a reason. */
export type RequestOutcome = "answered" | "cut" | { readonly failed: string };

/** Hears of trouble when it begins, while it goes on, and (undefined) when the endpoint answers again. */
export type TroubleListener = (trouble: Trouble | undefined) => void;

/** How long an endpoint may leave every request unanswered before that is told: a small model answers in less. */
const SILENT_MS = 8_000;
/** One that is slow by nature is silent only after several times its slowest answer. */
const SLOWER = 3;
const LOOK_EVERY_MS = 1_000;
/** How often trouble that goes on is told again. */
const REMIND_MS = 30_000;

/** Watches what becomes of the requests to an endpoint, so that its trouble is known before a record's tries are over. */
export class EndpointHealth {
  readonly #now: () => number;
  readonly #listeners = new Set<TroubleListener>();
  #trouble: Trouble | undefined;
  #toldAt = 0;
  #underWay = 0;
  #slowestMs = 0;
  /** When the endpoint last said anything, or the first of the requests under way set out. */
  #heardAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  listen(listener: TroubleListener): void {
    this.#listeners.add(listener);
  }

  /** A request sets out; the answer is to be called with what became of it. */
  request(): (outcome: RequestOutcome) => void {
    const began = this.#now();
    if (this.#underWay++ === 0) {
      this.#heardAt = began;
      // It alone keeps no process running.
      this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    }
    return (outcome) => this.#ended(outcome, began);
  }

  #ended(outcome: RequestOutcome, began: number): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) clearInterval(this.#timer);
    if (outcome === "cut") return;
    this.#heardAt = this.#now();
    if (outcome !== "answered") {
      this.#note({ kind: "failing", message: outcome.failed });
      return;
    }
    this.#slowestMs = Math.max(this.#slowestMs, this.#heardAt - began);
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#tell();
  }

  #look(): void {
    const silentMs = this.#now() - this.#heardAt;
    if (silentMs < Math.max(SILENT_MS, SLOWER * this.#slowestMs)) return;
    const message = `It has not answered any of ${this.#underWay} requests for ${Math.round(silentMs / 1_000)} s. It may be loading the model, or be too slow for so many; look at its own log.`;
    this.#note({ kind: "silent", message });
  }

  #note({ kind, message }: Pick<Trouble, "kind" | "message">): void {
    const before = this.#trouble;
    const now = this.#now();
    const failures = (before?.failures ?? 0) + (kind === "failing" ? 1 : 0);
    this.#trouble = { kind, since: before?.since ?? now, failures, message };
    if (before?.kind !== kind || now - this.#toldAt >= REMIND_MS) this.#tell();
  }

  #tell(): void {
    this.#toldAt = this.#now();
    for (const listener of this.#listeners) listener(this.#trouble);
  }
}
