import {
  type BatchService,
  DROPS_PREFIX,
  defaultTimings,
  type Job,
  jobNameOf,
  type LogEntry,
  type ObjectStore,
  refill,
  type Store,
  sweep,
  type World,
} from "@sluice/core";
import { LONGEST, MemoryObjects, MemoryStore } from "@sluice/testing";
import { BatchOutput } from "../bedrock/output.ts";
import { SimBedrock } from "../bedrock/sim-bedrock.ts";
import type { SimJob } from "../bedrock/sim-job.ts";
import { Bus } from "../bus/bus.ts";
import { Functions, TIMEOUT_MS } from "../bus/functions.ts";
import type { Call } from "../instance/call.ts";
import { type Host, type Instance, PortFault } from "../instance/instance.ts";
import { portsOf } from "../instance/ports.ts";
import { LaneBlocks } from "../invariants/blocks.ts";
import { KeptResults } from "../invariants/kept.ts";
import { SaidOnce } from "../invariants/said-once.ts";
import { checkMade, watchedObjects, watchedStore } from "../invariants/watch.ts";
import { Agenda } from "../schedule/agenda.ts";
import { Chance, spread } from "../schedule/chance.ts";
import type { Dropped } from "../script/dropped.ts";
import { CallFaults } from "../script/faults.ts";
import { Oddities } from "../script/oddities.ts";
import { groups, idOf, pendingOf } from "../script/rows.ts";
import {
  BEGIN,
  type DropScript,
  type JobScript,
  type LaneScript,
  MINUTE_MS,
  type Script,
  sweepFaults,
} from "../script/script.ts";
import { StageSettings } from "../script/stage-settings.ts";
import { Windows } from "../script/windows.ts";
import { drop } from "./drops.ts";
import { guarded, guardedCreate, guardedStore, type Observe } from "./guard.ts";
import { History } from "./history.ts";
import { Names } from "./names.ts";
import { Trouble } from "./trouble.ts";

export const STAGE = "sim";
const SWEEP_EVERY_MS = 30 * MINUTE_MS;
/** How long the functions are stopped while the table is restored: longer than a call is on its way, or Bedrock's list late. */
const RESTORE_MS = 10 * MINUTE_MS;

/** The whole world of a run: everything that happens is an entry of its agenda. */
export class Simulation {
  readonly script: Script;
  readonly agenda = new Agenda(BEGIN);
  readonly store = new MemoryStore();
  readonly objects: MemoryObjects;
  readonly bedrock: SimBedrock;
  readonly functions: Functions;
  readonly faults: CallFaults;
  readonly history: History;
  readonly trouble: Trouble;
  readonly output: BatchOutput;
  readonly drops: Dropped[] = [];
  readonly names = new Names();
  readonly #windows: Windows;
  readonly #observe: Observe;
  readonly #bus: Bus;
  readonly #settings: StageSettings;
  readonly #store: Store;
  readonly #objects: ObjectStore;
  readonly #asked: BatchService;
  readonly blocks: LaneBlocks;
  readonly kept: KeptResults;
  readonly #lastSeen = new Map<string, Job>();
  /** When the table last became what it was. */
  #restoredAt = Number.NEGATIVE_INFINITY;
  readonly #oddities: Oddities;
  readonly #saidOnce = new SaidOnce();
  /** What was broken in the middle of a step. */
  broken: unknown;

  /** @param observe is told of every call that took effect at one of the ports */
  constructor(script: Script, observe: Observe = () => {}) {
    this.script = script;
    this.#observe = observe;
    this.faults = new CallFaults(script);
    this.#windows = new Windows(script);
    this.history = new History(this.agenda);
    this.trouble = new Trouble(this.agenda, this.faults, script);
    this.objects = new MemoryObjects({ clock: { now: () => this.agenda.now }, bucket: "sim-bucket" });
    this.output = new BatchOutput(this.objects);
    this.#objects = watchedObjects(this.objects, DROPS_PREFIX);
    this.blocks = new LaneBlocks(this.agenda);
    this.kept = new KeptResults(this.objects);
    this.#settings = new StageSettings(script);
    const note = (line: string) => this.history.note(line);
    const nameOf = (jobName: string) => this.names.shorten(jobName).replace(`sluice-${STAGE}-`, "");
    this.#oddities = new Oddities(script, STAGE);
    const { agenda, faults } = this;
    const shared = { script, agenda, faults, windows: this.#windows, oddities: this.#oddities, nameOf, note };
    const refuses = (call: Call) => this.#refuses(call);
    const host: Host = { seed: script.seed, agenda: this.agenda, faults: this.faults, note, refuses };
    const owe = () => this.trouble.owe();
    this.functions = new Functions(host, () => this.trouble.giveUp());
    this.bedrock = new SimBedrock({
      ...shared,
      output: script.level === "whole" ? this.output : undefined,
      publish: (event) => this.#bus.publish(event),
      made: (job) => this.#made(job),
      owe,
    });
    const truth = { bedrock: this.bedrock, jobNameOf: (jobId: string) => jobNameOf(STAGE, jobId) };
    const asksFor = async (modelId: string) => {
      if (this.#settings.isSteady(agenda.now)) await this.blocks.checkAsked(this.store, this.#laneOf(modelId).name);
    };
    this.#asked = guardedCreate(this.bedrock, asksFor, (error) => this.#break(error));
    this.#store = this.blocks.watch(watchedStore(this.store, truth, this.#lastSeen));
    const worldOf = (instance: Instance) => this.#worldOf(instance);
    const ended = (modelId: string, startedAt: number) => this.blocks.takenIn(this.#laneOf(modelId).name, startedAt);
    this.#bus = new Bus({ ...shared, functions: this.functions, worldOf, owe, ended });
    this.#begin();
  }

  /** The ids of the jobs that the script puts into the queue by itself. */
  get jobIds(): string[] {
    return this.script.jobs.filter(({ oddity }) => !oddity?.startsWith("ghost")).map(idOf);
  }

  #begin(): void {
    const { script, agenda } = this;
    for (const job of script.jobs) {
      this.names.set(idOf(job), job.name);
      if (job.oddity !== "squatted") continue;
      this.bedrock.squat(jobNameOf(STAGE, idOf(job)), pendingOf(job, script).modelId, job.atMs);
    }
    for (const together of groups(script.jobs))
      agenda.at(BEGIN + (together[0]?.atMs ?? 0), "world", () => this.#put(together));
    for (const dropped of script.drops) agenda.at(BEGIN + dropped.atMs, "world", () => this.#drop(dropped));
    for (const [n, atMs] of script.sweepsAtMs.entries())
      agenda.at(BEGIN + atMs, "world", () => this.#sweep(`sweep by hand ${n}`));
    for (const other of script.others) agenda.at(BEGIN + other.atMs, "world", () => this.bedrock.lend(other));
    for (const { takenAtMs, atMs } of script.restores)
      agenda.at(BEGIN + takenAtMs, "world", () => {
        const restore = this.store.remember();
        agenda.at(BEGIN + atMs, "world", () => this.#restore(restore));
      });
    agenda.at(BEGIN, "world", () => this.#sweepAt(0));
    agenda.at(BEGIN + script.healAtMs, "world", () => {
      this.history.note("all faults are over");
      this.faults.end();
    });
  }

  /** Brings the table back, with every function stopped: what was on its way when they were has come by then. */
  #restore(restore: () => void): void {
    const { agenda, functions, history, trouble } = this;
    history.note("the functions are stopped");
    functions.stop();
    agenda.after(RESTORE_MS, "world", () => {
      this.kept.remember();
      restore();
      this.#lastSeen.clear();
      this.#restoredAt = agenda.now;
      this.blocks.restored();
      this.#saidOnce.restored();
      trouble.giveUp();
      history.note("the table is what it was");
      functions.goOn();
    });
  }

  /** Puts jobs into the table and the queue as a plan does, and refills once. */
  #put(jobs: readonly JobScript[]): void {
    const [first] = jobs;
    if (first === undefined) return;
    const move = async (instance: Instance) => {
      const world = this.#worldOf(instance);
      for (const job of jobs) await this.#putOne(world, job);
      await refill(world, first.lane);
    };
    this.functions.invoke({ name: `put ${first.name}`, timeoutMs: TIMEOUT_MS.long, by: "queue", isKept: true, move });
  }

  async #putOne({ store, clock }: World, job: JobScript): Promise<void> {
    const pending = pendingOf(job, this.script);
    if (job.oddity === "ghostHolder") {
      await store.lanes.claimSlot(job.lane, pending.jobId, clock.now(), LONGEST);
      return store.lanes.finishClaiming(job.lane, pending.jobId);
    }
    if (job.oddity === "ghostEntry") return store.queue.put(pending);
    const isNew = await store.jobs.put(pending);
    if (isNew || (await store.jobs.get(pending.jobId))?.status === "Pending") await store.queue.put(pending);
  }

  #drop(script: DropScript): void {
    const dropped = drop(this.objects, script, this.names, this.drops);
    this.drops.push(dropped);
    const chance = new Chance(this.script.seed, script.name);
    const fault = this.faults.at(`notification ${script.name}`, ["notificationLost"], chance);
    this.history.note(`${script.name} is dropped${fault === undefined ? "" : ", and nobody is told"}`);
    if (fault === undefined) this.#bus.plan(`plan ${script.name}`, dropped.key);
    else this.trouble.owe();
  }

  #sweepAt(n: number): void {
    const { agenda, faults } = this;
    agenda.after(SWEEP_EVERY_MS, "world", () => this.#sweepAt(n + 1));
    const name = `sweep ${n}`;
    const fault = faults.at(name, sweepFaults, new Chance(this.script.seed, name));
    if (fault === "sweepSkipped" || this.#windows.isOn("scheduleDown", agenda.now)) {
      this.history.note(`${name}  is skipped`);
      return;
    }
    this.#sweep(name);
    if (fault === "sweepTwice") this.#sweep(`${name}.1`);
  }

  #sweep(name: string): void {
    let isWhole = true;
    const move = async (instance: Instance) => {
      isWhole = (await sweep(this.#worldOf(instance))).length === 0;
    };
    const done = (startedAt: number) => {
      if (isWhole) this.trouble.repaired(startedAt);
    };
    this.functions.invoke({ name, timeoutMs: TIMEOUT_MS.long, by: "event", move, done });
  }

  #worldOf(instance: Instance): World {
    if (Math.abs(instance.clockOffMs) > MINUTE_MS) this.blocks.distrustClocks();
    const { agenda } = this;
    const shorten = (text: string) => this.names.shorten(text);
    const messages = this.#bus.messagesOf(instance);
    const watch = { observe: this.#observe, broken: (error: unknown) => this.#break(error) };
    const ports = {
      store: guardedStore(this.#store, watch),
      objects: guarded("objects", this.#objects, watch),
      batch: guarded("batch", this.#asked, watch),
      messages,
    };
    const odd = (jobName: string) => this.bedrock.odd(jobName);
    const sleeps = (jobName: string) => this.#sleeps(jobName);
    let runs = 0;
    return {
      stage: STAGE,
      ...this.#settings.readBy(instance.name, agenda.now),
      timings: defaultTimings,
      ...portsOf(instance, { ...ports, shorten, odd, sleeps }),
      clock: { now: () => agenda.now + instance.clockOffMs },
      ids: { run: () => `${spread(instance.name).toString(36)}r${++runs}` },
      log: (entry) => this.#hear(instance, entry),
    };
  }

  #hear({ name, isOver }: Instance, entry: LogEntry): void {
    const { event, message } = entry;
    if (!isOver) this.history.note(`${name}  logs ${event}${message ? `: ${message}` : ""}`);
    this.#check(() => this.#saidOnce.hear(entry));
  }

  #check(promise: () => void): void {
    try {
      promise();
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.broken ??= error;
  }

  #sleeps(jobName: string): boolean {
    const sleeps = this.#oddities.sleeps(jobName);
    if (sleeps) this.faults.harmful++;
    return sleeps;
  }

  #refuses({ port, words }: Call): void {
    const { now } = this.agenda;
    if (port === "store" && this.#windows.isOn("storeDown", now)) throw new PortFault(`${words}: the table is down.`);
    if (port === "objects" && this.#windows.isOn("objectsDown", now))
      throw new PortFault(`${words}: the bucket is down.`);
  }

  #laneOf(model: string): LaneScript {
    const lane = this.script.lanes.find(({ modelId }) => model.endsWith(modelId));
    if (lane === undefined) throw new Error(`No lane has the model ${model}.`);
    return this.#settings.laneNow(lane, this.agenda.now);
  }

  #made(made: SimJob): void {
    const lane = this.#laneOf(made.modelId);
    const jobId = made.jobName.slice(`sluice-${STAGE}-`.length).toUpperCase();
    const name = this.names.shorten(jobId);
    // The row is read within this step: nobody else has a turn before it is there.
    void this.store.jobs
      .get(jobId)
      .then((job) => this.#check(() => checkMade(made, this.bedrock.jobs, lane, job, name, this.#restoredAt)));
  }
}
