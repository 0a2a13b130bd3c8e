import { hasEnded } from "@sluice/core";
import type { Observe } from "../run/guard.ts";
import { quiet } from "../run/run.ts";
import { Simulation } from "../run/simulation.ts";
import { BEGIN, HOUR_MS, type Script } from "../script/script.ts";
import type { Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

/** What one operation of the table costs, in request units. */
export interface Price {
  reads: number;
  writes: number;
}
export type Prices = ReadonlyMap<string, Price>;

const MOST_STEPS = 5_000_000;
/** AWS's API reference: ListModelInvocationJobs answers up to 1,000 jobs a page. */
const JOBS_A_PAGE = 1_000;

/** The real core in the simulated world, with no faults but lost events. */
export async function sluice(workload: Workload, prices: Prices): Promise<Trace> {
  let [bedrockCalls, reads, writes] = [0, 0, 0];
  const unmeasured = new Set<string>();
  const simulation = await simulate(workload, (port, method) => {
    if (port === "batch") bedrockCalls++;
    const price = port === "store" ? prices.get(method) : undefined;
    if (port === "store" && price === undefined) unmeasured.add(method);
    reads += price?.reads ?? 0;
    writes += price?.writes ?? 0;
  });
  if (unmeasured.size > 0)
    throw new Error(`Nobody measured what these cost: ${[...unmeasured].join(", ")}. Add a story that has them.`);
  const { bedrock, names } = simulation;
  const made = new Map(bedrock.jobs.map((job) => [names.shorten(job.jobName).replace("sluice-sim-", ""), job]));
  const jobs = workload.jobs.map(({ name, lane, atMs }) => {
    const job = made.get(name);
    const startedAt = job && job.submittedAt - BEGIN;
    const endedAt = job?.endedAt === undefined ? undefined : job.endedAt - BEGIN;
    return {
      lane,
      arrivedAt: atMs,
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
    };
  });
  const others = bedrock.begunByOthers.map(({ lane, from, to }) => ({ lane, from: from - BEGIN, to: to - BEGIN }));
  return { jobs, others, bedrockCalls, reads, writes };
}

/** Runs a workload until its last job has ended and is known to have. */
export async function simulate(workload: Workload, observe: Observe): Promise<Simulation> {
  const simulation = new Simulation(scriptOf(workload), observe);
  const { agenda, bedrock, store } = simulation;
  const isDone = () =>
    bedrock.jobs.length === workload.jobs.length && bedrock.jobs.every(({ status }) => hasEnded(status));
  for (let step = 0; step < MOST_STEPS; step++) {
    await agenda.next()?.();
    await quiet(simulation);
    if (!isDone() || agenda.underWay > 0) continue;
    const lanes = await store.lanes.all();
    if (lanes.every(({ holders }) => holders.size === 0)) return simulation;
  }
  throw new Error(`${workload.name} did not end within ${MOST_STEPS} steps.`);
}

function scriptOf({ lanes, jobs, others, eventMs, eventsLost }: Workload): Script {
  return {
    seed: 1,
    level: "queue",
    lanes,
    jobs,
    drops: [],
    others,
    windows: [],
    restores: [],
    sweepsAtMs: [],
    bedrock: {
      jobsAPage: JOBS_A_PAGE,
      conflictIsInvalid: false,
      tokenMs: 24 * HOUR_MS,
      longestMs: { validating: 0, scheduled: 0, running: 0 },
      leastRunningMs: 0,
      ends: { failsAtOnce: 0, failsLate: 0, partial: 0, expires: 0, stops: 0 },
    },
    eventMs,
    healAtMs: 365 * 24 * HOUR_MS,
    rates: { eventLost: eventsLost },
    weakSpots: [],
  };
}
