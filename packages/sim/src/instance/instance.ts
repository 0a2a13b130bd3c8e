import type { Agenda } from "../schedule/agenda.ts";
import { Chance } from "../schedule/chance.ts";
import type { CallFaults } from "../script/faults.ts";
import { callFaults, createFaults, type FaultKind, HOUR_MS, MINUTE_MS, SECOND_MS } from "../script/script.ts";
import type { Call } from "./call.ts";

/** How far an instance's clock is off at most: far more than any server's, and within every margin of the queue. */
const MOST_CLOCK_OFF_MS = 25 * SECOND_MS;
/** How far a clock is off that nobody sets: from more than any margin of the queue to longer than any run. */
const FAR_OFF_MS = { least: 11 * MINUTE_MS, most: 30 * 24 * HOUR_MS } as const;
/** A call that was on its way when its instance died takes effect within this time, or never. */
const MOST_IN_FLIGHT_MS = 20 * SECOND_MS;
/** The SDK gives a call up after this time. */
const CALL_TIMEOUT_MS = 20 * SECOND_MS;
/** A stalled call takes at least a lease, and so little that one proof by look-up spans it. */
const STALL_MS = { least: 2 * MINUTE_MS, most: 5 * MINUTE_MS } as const;

/** How an instance ended. */
export type Ending = "done" | "failed" | "died";

/** The port refused the call or its answer was lost. */
export class PortFault extends Error {
  constructor(what: string) {
    super(what);
    this.name = "PortFault";
  }
}

/** What an instance needs of the simulation around it. */
export interface Host {
  seed: number;
  agenda: Agenda;
  faults: CallFaults;
  note(line: string): void;
  /** Throws if the port refuses everything for now. */
  refuses(call: Call): void;
}

/**
 * One invocation of a function. Each of its calls to a port waits on the agenda for its turn, and it may die at any of
 * them: then its promises stay open for ever, as those of a function that was killed.
 */
export class Instance {
  readonly name: string;
  /** How far its clock is off, in milliseconds. */
  readonly clockOffMs: number;
  readonly #host: Host;
  readonly #chance: Chance;
  readonly #end: (ending: Ending) => void;
  #calls = 0;
  #parked = 0;
  #hasStalled = false;
  #diedAt = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(host: Host, name: string, timeoutMs: number, end: (ending: Ending) => void) {
    this.name = name;
    this.#host = host;
    this.#end = end;
    this.#chance = new Chance(host.seed, name);
    const offMs = (2 * this.#chance.fraction() - 1) * MOST_CLOCK_OFF_MS;
    const isOff = host.faults.at(name, ["clockOff"], this.#chance) !== undefined;
    this.clockOffMs = Math.round(this.#farOffMs() ?? (isOff ? offMs : 0));
    host.agenda.after(timeoutMs, "world", () => this.#die("timed out"));
  }

  /** Drawn from a stream of its own: most runs have no such clock, and what they draw stays as it is. */
  #farOffMs(): number | undefined {
    const chance = new Chance(this.#host.seed, `clock of ${this.name}`);
    if (this.#host.faults.at(this.name, ["clockFarOff"], chance) === undefined) return undefined;
    return chance.magnitude(FAR_OFF_MS.least, FAR_OFF_MS.most) * (chance.happens(0.5) ? 1 : -1);
  }

  /** Ends it where it stands. */
  stop(): void {
    this.#die("is stopped");
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True while it computes: the simulation waits until it calls a port or ends. */
  get isBusy(): boolean {
    return !this.#isOver && this.#parked === 0;
  }

  /** Runs a move to its end, if it gets there. */
  async run(move: () => Promise<unknown>): Promise<void> {
    try {
      await move();
      this.#finish("done");
    } catch (error) {
      if (!this.#isOver) this.#host.note(`${this.name}  throws ${String(error)}`);
      this.#finish("failed");
    }
  }

  /** Makes a call when its turn comes; the answer, unless something goes wrong. */
  call(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // The dead make no calls, and whoever waits for one waits for ever.
      if (this.#isOver) return;
      this.#parked++;
      const place = `${this.name}/${++this.#calls}`;
      const delayMs = this.#chance.magnitude(call.ms.least, call.ms.most);
      const extraMs = this.#chance.fraction();
      const isAnswered = call.answerOf !== undefined;
      const method = call.words.slice(0, call.words.indexOf("("));
      const fault = this.#host.faults.at(place, kindsOf(call), this.#chance, method, isAnswered);
      this.#send({ call, place, fault, delayMs, extraMs, resolve, reject });
    });
  }

  #send(sent: Sent): void {
    const { call, place, fault, delayMs, extraMs } = sent;
    const then = (afterMs: number, act: () => void | Promise<void>) =>
      this.#host.agenda.after(delayMs + afterMs, "work", act);
    switch (fault) {
      case "diesBefore":
        then(0, () => this.#die(`died before ${call.words}`));
        break;
      case "diesInFlight":
        then(0, () => this.#die(`died during ${call.words}`));
        then(extraMs * MOST_IN_FLIGHT_MS, () => this.#land(call, place));
        break;
      case "diesAfter":
        then(0, async () => {
          await this.#land(call, place);
          this.#die(`died after ${call.words}`);
        });
        break;
      case "refused":
        then(0, () => this.#fail(sent, new PortFault(`${call.words} was refused.`)));
        break;
      case "answerLost":
        then(0, () => this.#land(call, place));
        then(CALL_TIMEOUT_MS, () => this.#fail(sent, new PortFault(`${call.words} timed out.`)));
        break;
      case "throttled":
      case "spuriousQuota":
      case "odd":
        then(0, () => this.#answer(sent, call.answerOf?.(fault)));
        break;
      default:
        // A Create is given up after 20 seconds, so it is the instance that sleeps, before it calls.
        then(this.#sleepMs(sent), () => this.#make(sent));
    }
  }

  /** How long it sleeps before this call; once in its life at most, so that its sleep stays below a proof of doubt. */
  #sleepMs({ call, fault, extraMs }: Sent): number {
    if (this.#hasStalled || !(fault === "stalls" || call.sleeps)) return 0;
    this.#hasStalled = true;
    if (call.sleeps) return STALL_MS.most;
    return STALL_MS.least + extraMs * (STALL_MS.most - STALL_MS.least);
  }

  async #make(sent: Sent): Promise<void> {
    const { call, fault } = sent;
    if (this.#host.agenda.now - this.#diedAt > MOST_IN_FLIGHT_MS) return;
    try {
      this.#host.refuses(call);
      let answer = await call.effect(fault);
      if (fault === "retried") answer = await call.effect(fault);
      if (call.isDeadly?.(answer)) {
        this.#host.faults.harmful++;
        this.#die(`died after ${call.words}`);
      } else if (call.answerMs === 0) this.#answer(sent, answer);
      else this.#host.agenda.after(call.answerMs * sent.extraMs, "work", () => this.#answer(sent, answer));
    } catch (error) {
      this.#fail(sent, error);
    }
  }

  /** The call takes effect although nobody waits for its answer. */
  async #land(call: Call, place: string): Promise<void> {
    try {
      this.#host.refuses(call);
      const answer = await call.effect(undefined);
      this.#host.note(`${place}  ${call.words} → ${call.brief(answer)} (the answer is lost)`);
    } catch (error) {
      this.#host.note(`${place}  ${call.words} ✗ ${String(error)} (nobody learns of it)`);
    }
  }

  #answer({ call, place, resolve, fault }: Sent, answer: unknown): void {
    const told = fault === undefined ? "" : ` [${fault}]`;
    this.#host.note(
      `${place}  ${call.words} → ${call.brief(answer)}${told}${this.#isOver ? " (nobody waits for it)" : ""}`,
    );
    if (this.#isOver) return;
    this.#parked--;
    resolve(answer);
  }

  #fail(sent: Sent, error: unknown): void {
    if (this.#isOver) return;
    const { call, place, reject, fault } = sent;
    // A Create never throws: what cannot be known is an answer.
    const answer = call.answerOf?.("unknown");
    if (answer !== undefined) {
      this.#answer(sent, answer);
      return;
    }
    this.#host.note(`${place}  ${call.words} ✗ ${String(error)}${fault === undefined ? "" : ` [${fault}]`}`);
    this.#parked--;
    reject(error);
  }

  #die(how: string): void {
    if (this.#isOver) return;
    this.#host.note(`${this.name}  ${how}`);
    this.#diedAt = this.#host.agenda.now;
    this.#finish("died");
  }

  #finish(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end(ending);
  }
}

interface Sent {
  call: Call;
  place: string;
  fault: FaultKind | undefined;
  delayMs: number;
  /** A number of [0, 1) for whatever else the fault needs. */
  extraMs: number;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

function kindsOf(call: Call): readonly FaultKind[] {
  // Creating is one attempt: its retry is the queue's own business.
  if (call.answerOf !== undefined) return [...callFaults.filter((kind) => kind !== "retried"), ...createFaults];
  return call.canBreakOff ? [...callFaults, "breaksOff"] : callFaults;
}
