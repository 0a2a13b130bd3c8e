import { defaultTimings, type LogEntry, type PendingJob, type Settings, type World } from "@sluice/core";
import { aJob, START, settings } from "../builders.ts";
import { MemoryBatch } from "../memory/batch.ts";
import { MemoryMessages } from "../memory/messages.ts";
import { MemoryObjects } from "../memory/objects.ts";
import { MemoryQuotas } from "../memory/quotas.ts";
import { MemoryStore } from "../memory/store.ts";
import { seePorts } from "./see-ports.ts";

/** A clock that stands still until it is told to go on. */
export class ManualClock {
  #now = START;

  /** Epoch milliseconds. */
  now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** A world in memory whose parts the test can reach. */
export interface MemoryWorld extends World {
  store: MemoryStore;
  batch: MemoryBatch;
  objects: MemoryObjects;
  messages: MemoryMessages;
  quotas: MemoryQuotas;
  clock: ManualClock;
  /** Everything that was logged. */
  entries: LogEntry[];
}

/** A stage named `test`, in memory, with two lanes of three slots. */
export function aWorld(given: { settings?: Settings; quota?: number } = {}): MemoryWorld {
  const clock = new ManualClock();
  const entries: LogEntry[] = [];
  let runs = 0;
  return {
    stage: "test",
    settings: given.settings ?? settings(),
    timings: defaultTimings,
    store: new MemoryStore(),
    batch: new MemoryBatch({ now: () => clock.now(), ...(given.quota !== undefined && { quota: given.quota }) }),
    objects: new MemoryObjects({ clock }),
    messages: new MemoryMessages({ clock }),
    quotas: new MemoryQuotas(),
    clock,
    ids: { run: () => `run${++runs}` },
    log: (entry) => entries.push(entry),
    entries,
  };
}

/** Queues `count` jobs as a plan does, without a submission behind them. */
export async function queueJobs(
  { store }: World,
  count: number,
  given: Partial<PendingJob> = {},
): Promise<PendingJob[]> {
  const jobs = Array.from({ length: count }, (_, n) => aJob(given, n));
  for (const job of jobs) {
    await store.jobs.put(job);
    await store.queue.put(job);
  }
  return jobs;
}

/** The instance died. */
export class Crash extends Error {
  constructor() {
    super("The instance died here.");
    this.name = "Crash";
  }
}

/**
 * The same world seen by an instance that dies before its `survives + 1`-th call to a port, and makes no call after
 * that; or, with `answerLost`, right after that call took effect.
 */
export function mortal(world: World, survives: number, answerLost = false): World {
  let calls = 0;
  const doomed = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          calls++;
          if (calls > survives + 1 || (calls === survives + 1 && !answerLost)) throw new Crash();
          const answer: unknown = await member.apply(target, args);
          if (calls === survives + 1) throw new Crash();
          return answer;
        };
      },
    });
  return {
    ...world,
    store: seePorts(world.store, doomed),
    batch: doomed(world.batch),
    messages: doomed(world.messages),
  };
}
