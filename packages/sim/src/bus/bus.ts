import {
  advance,
  collect,
  collectEvent,
  hasEnded,
  type Messages,
  plan,
  type Sighting,
  type World,
  wake,
} from "@sluice/core";
import type { Instance } from "../instance/instance.ts";
import type { Agenda } from "../schedule/agenda.ts";
import { Chance, spread } from "../schedule/chance.ts";
import type { CallFaults } from "../script/faults.ts";
import type { Oddities } from "../script/oddities.ts";
import {
  type DurationMs,
  eventFaults,
  type FaultKind,
  HOUR_MS,
  MINUTE_MS,
  messageFaults,
  type Script,
  SECOND_MS,
} from "../script/script.ts";
import type { Windows } from "../script/windows.ts";
import { type Functions, TIMEOUT_MS } from "./functions.ts";

/** How long an event takes to its function, with the function's start. */
export const USUAL_MS: DurationMs = { least: 100, most: 2 * SECOND_MS };
/** SQS delays a message by 15 minutes at most. */
const MOST_DELAY_MS = 15 * MINUTE_MS;

/** A message that is to come so much later is no part of what is under way. */
const LATER_MS = 30 * SECOND_MS;

export interface BusAround {
  script: Script;
  agenda: Agenda;
  windows: Windows;
  faults: CallFaults;
  functions: Functions;
  worldOf(instance: Instance): World;
  nameOf(jobName: string): string;
  oddities: Oddities;
  /** Something was lost for good. */
  owe(what: string): void;
  note(line: string): void;
  /** The end of a job was taken in by an instance that began at this time. */
  ended(modelId: string, startedAt: number): void;
}

/** The event bus and the queues between the moves: at least once, in no order, sometimes late, and events maybe never. */
export class Bus {
  readonly #around: BusAround;
  readonly #published = new Map<string, number>();

  constructor(around: BusAround) {
    this.#around = around;
  }

  /** Takes a state-change event from Bedrock to its two consumers, or loses it. */
  publish(event: Sighting): void {
    const { script, agenda, windows, faults, nameOf, owe, note } = this.#around;
    const name = `${nameOf(event.jobName)}:${event.status}`;
    const times = this.#published.get(name) ?? 0;
    this.#published.set(name, times + 1);
    const place = times === 0 ? `event ${name}` : `event ${name}~${times}`;
    const chance = new Chance(script.seed, place);
    const fault = faults.at(place, eventFaults, chance);
    const delayMs = delayOf(fault, chance, script.eventMs ?? USUAL_MS);
    const repeatMs = chance.magnitude(SECOND_MS, 10 * MINUTE_MS);
    const oddity = this.#around.oddities.of(event.jobName);
    const isSecret = oddity === "hidden" || oddity === "orphan";
    if (isSecret || fault === "eventLost" || windows.isOn("busDown", agenda.now)) {
      note(`${place}  is lost`);
      owe(place);
      return;
    }
    if (fault !== undefined) note(`${place}  [${fault}]`);
    this.#deliver(event, `${place}.0`, delayMs);
    if (fault === "eventRepeated") this.#deliver(event, `${place}.1`, delayMs + repeatMs);
  }

  #deliver(event: Sighting, name: string, delayMs: number): void {
    const { agenda, functions, worldOf, script } = this.#around;
    const timeoutMs = TIMEOUT_MS.short;
    const move = (instance: Instance) => advance(worldOf(instance), event);
    const done = (startedAt: number) => {
      if (hasEnded(event.status)) this.#around.ended(event.modelId, startedAt);
    };
    const advances = { name: `advance ${name}`, timeoutMs, by: "event", move, done } as const;
    agenda.after(delayMs, "work", () => functions.invoke(advances));
    if (script.level === "queue" || !hasEnded(event.status)) return;
    const collects = (instance: Instance) => collectEvent(worldOf(instance), event);
    const invocation = { name: `collect ${name}`, timeoutMs: TIMEOUT_MS.long, by: "queue", move: collects } as const;
    agenda.after(delayMs, "work", () => functions.invoke(invocation));
  }

  /** The queues as one instance sees them. */
  messagesOf(sender: Instance): Messages {
    const { worldOf, script, agenda } = this.#around;
    let sent = 0;
    const tag = () => spread(`${sender.name} ${++sent}`).toString(36);
    // A queue is told to wait for so many seconds, which the sender finds by its own clock.
    const delayMs = (at: number) => at - (agenda.now + sender.clockOffMs);
    return {
      wake: async (lane, at) => {
        const move = (instance: Instance) => wake(worldOf(instance), lane, at);
        this.#queue(`wake ${lane} ${tag()}`, delayMs(at), TIMEOUT_MS.short, move);
      },
      collect: async (jobId, at) => {
        // Without submissions there is nothing to collect.
        if (script.level === "queue") return;
        const move = (instance: Instance) => collect(worldOf(instance), jobId, at);
        this.#queue(`collect ${this.#around.nameOf(jobId)} ${tag()}`, delayMs(at), TIMEOUT_MS.long, move);
      },
      plan: async (key) => this.plan(`plan ${key} ${tag()}`, key),
    };
  }

  /** Queues the plan of a dropped object. */
  plan(name: string, key: string): void {
    const { worldOf } = this.#around;
    this.#queue(name, 0, TIMEOUT_MS.long, (instance) => plan(worldOf(instance), key));
  }

  #queue(name: string, waitMs: number, timeoutMs: number, move: (instance: Instance) => Promise<unknown>): void {
    const { script, agenda, faults, functions } = this.#around;
    const chance = new Chance(script.seed, name);
    const fault = faults.at(name, messageFaults, chance);
    const lateMs = fault === "messageLate" ? chance.magnitude(SECOND_MS, 10 * MINUTE_MS) : chance.magnitude(20, 500);
    const delayMs = Math.min(Math.max(0, waitMs), MOST_DELAY_MS) + lateMs;
    const kind = fault === undefined && delayMs > LATER_MS ? "later" : "work";
    const send = (copy: string, afterMs: number) =>
      agenda.after(afterMs, kind, () => functions.invoke({ name: copy, timeoutMs, by: "queue", move }));
    send(name, delayMs);
    if (fault === "messageRepeated") send(`${name}.1`, delayMs + chance.magnitude(1, MINUTE_MS));
  }
}

function delayOf(fault: FaultKind | undefined, chance: Chance, { least, most }: DurationMs): number {
  const usual = chance.magnitude(least, most);
  const late = chance.magnitude(MINUTE_MS, HOUR_MS);
  if (fault === "eventFirst") return 1;
  return fault === "eventLate" ? late : usual;
}
