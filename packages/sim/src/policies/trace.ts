import type { Workload } from "./workload.ts";

/** When a job was there, began and ended, in milliseconds after the beginning; missing if it never did. */
export interface JobTrace {
  lane: string;
  arrivedAt: number;
  startedAt?: number;
  endedAt?: number;
}

/** What a policy made of a workload. */
export interface Trace {
  jobs: JobTrace[];
  /** When slots were held by other users. */
  others: { lane: string; from: number; to: number }[];
  bedrockCalls: number;
  /** Request units of the table, with an empty history. */
  reads: number;
  writes: number;
}

export interface PolicyFigures {
  done: number;
  /** Slots that worked for us over slots that we could have had, while work waited. */
  utilisation: number;
  makespanMs: number;
  waitMs: { p50: number; p95: number };
  bedrockCallsPerJob: number;
  readsPerJob: number;
  writesPerJob: number;
}

/** The figures of a trace. A run that hangs is measured up to the last thing that happened in it. */
export function figuresOf(workload: Workload, { jobs, others, bedrockCalls, reads, writes }: Trace): PolicyFigures {
  const ended = jobs.flatMap(({ endedAt }) => endedAt ?? []);
  const waits = jobs.flatMap(({ arrivedAt, startedAt }) => (startedAt === undefined ? [] : [startedAt - arrivedAt]));
  const byLane = workload.lanes.map(({ name, limit, quota }) =>
    usage(
      jobs.filter(({ lane }) => lane === name),
      others.filter(({ lane }) => lane === name),
      { limit, quota },
    ),
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    done: ended.length,
    utilisation: sum(byLane.map(({ busy }) => busy)) / sum(byLane.map(({ free }) => free)),
    makespanMs: Math.max(...ended) - Math.min(...jobs.map(({ arrivedAt }) => arrivedAt)),
    waitMs: { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
    bedrockCallsPerJob: bedrockCalls / ended.length,
    readsPerJob: reads / ended.length,
    writesPerJob: writes / ended.length,
  };
}

/** Slot-time of one lane while jobs of it waited: what was used, and what there was. */
function usage(jobs: JobTrace[], others: Trace["others"], { limit, quota }: { limit: number; quota: number }) {
  const last = Math.max(...jobs.flatMap(({ endedAt, startedAt }) => endedAt ?? startedAt ?? []));
  const changes: { at: number; waiting: number; running: number; others: number }[] = [];
  const change = (at: number, by: Partial<Record<"waiting" | "running" | "others", number>>) =>
    changes.push({ at: Math.min(at, last), waiting: 0, running: 0, others: 0, ...by });
  for (const { arrivedAt, startedAt, endedAt } of jobs) {
    change(arrivedAt, { waiting: 1 });
    if (startedAt !== undefined) change(startedAt, { waiting: -1, running: 1 });
    if (endedAt !== undefined) change(endedAt, { running: -1 });
  }
  for (const { from, to } of others) {
    change(from, { others: 1 });
    change(to, { others: -1 });
  }
  changes.sort((a, b) => a.at - b.at);
  const now = { at: 0, waiting: 0, running: 0, others: 0 };
  let [busy, free] = [0, 0];
  for (const { at, waiting, running, others: held } of changes) {
    if (now.waiting > 0) {
      busy += now.running * (at - now.at);
      free += Math.min(limit, quota - now.others) * (at - now.at);
    }
    now.at = at;
    now.waiting += waiting;
    now.running += running;
    now.others += held;
  }
  return { busy, free };
}

/** The value below which this share of them lies. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
