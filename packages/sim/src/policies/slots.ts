import { Agenda } from "../schedule/agenda.ts";
import { SECOND_MS } from "../script/script.ts";
import type { JobTrace, Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

/** How often other users ask again for a slot that they did not get. */
const OTHERS_RETRY_MS = 30 * SECOND_MS;

/** A job with its trace, as the simple policies see it. */
export interface Work extends JobTrace {
  lastsMs: number;
}

/** Bedrock's slots for the policies that are not Sluice: a clock, a quota, and the ends of jobs. */
export class Slots {
  readonly agenda = new Agenda(0);
  readonly work: Work[];
  readonly others: Trace["others"] = [];
  bedrockCalls = 0;
  readonly #running = new Map<string, number>();
  readonly #quotas: Map<string, number>;

  /**
   * @param arrived is called when jobs have arrived
   * @param freed is called when a slot came free, whoever held it, and with the job if it was ours
   */
  constructor(
    { lanes, jobs, others }: Workload,
    arrived: (lane: string) => void,
    private readonly freed: (lane: string, work?: Work) => void,
  ) {
    this.#quotas = new Map(lanes.map(({ name, quota }) => [name, quota]));
    this.work = jobs.map(({ lane, atMs, lastsMs }) => ({ lane, arrivedAt: atMs, lastsMs }));
    // Other users come first where both come at once, as in the simulation.
    for (const { lane, atMs, lastsMs } of others) this.agenda.at(atMs, "world", () => this.#lend(lane, lastsMs));
    for (const { arrivedAt, lane } of this.work) this.agenda.at(arrivedAt, "world", () => arrived(lane));
  }

  /** Asks Bedrock for a job; false if every slot of the quota is held. */
  start(work: Work): boolean {
    this.bedrockCalls++;
    if (!this.#take(work.lane)) return false;
    work.startedAt = this.agenda.now;
    this.agenda.after(work.lastsMs, "world", () => {
      work.endedAt = this.agenda.now;
      this.#give(work.lane, work);
    });
    return true;
  }

  /** Runs until nothing is left to happen. */
  run(): void {
    for (let act = this.agenda.next(); act !== undefined; act = this.agenda.next()) void act();
  }

  get isDone(): boolean {
    return this.work.every(({ endedAt }) => endedAt !== undefined);
  }

  #lend(lane: string, lastsMs: number): void {
    if (this.isDone) return;
    if (this.#take(lane)) {
      this.others.push({ lane, from: this.agenda.now, to: this.agenda.now + lastsMs });
      this.agenda.after(lastsMs, "world", () => this.#give(lane));
    } else this.agenda.after(OTHERS_RETRY_MS, "world", () => this.#lend(lane, lastsMs));
  }

  #take(lane: string): boolean {
    const running = this.#running.get(lane) ?? 0;
    if (running >= (this.#quotas.get(lane) ?? 0)) return false;
    this.#running.set(lane, running + 1);
    return true;
  }

  #give(lane: string, work?: Work): void {
    this.#running.set(lane, (this.#running.get(lane) ?? 1) - 1);
    this.freed(lane, work);
  }
}
