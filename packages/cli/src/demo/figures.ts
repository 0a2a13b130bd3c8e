import { type BedrockJob, fixedLimit, hasEnded, jobNamePrefix, laneOfModel } from "@sluice/core";
import { LOCAL_STAGE, type LocalWorld } from "@sluice/local";

/** Something that happened on a lane, in epoch milliseconds. */
interface Moment {
  lane: string;
  at: number;
}

/** What the demo saw itself; everything else is asked of Bedrock afterwards. */
export interface Seen {
  /** Jobs that were put into a lane's queue. */
  queued: (Moment & { jobs: number })[];
  /** Events of ends that were delivered. */
  ends: (Moment & { jobName: string })[];
  /** Jobs whose end a listing found before any event told of it: their events called for no Create. */
  listed: Set<string>;
}

export interface RunFigures {
  jobs: Record<string, number>;
  /** Slots that were taken, of those there are, over the time when work waited; from 0 to 1. */
  utilisation: number;
  /** From the event of an end to the arrival of the next Create at the batch server, in milliseconds. */
  refills: number;
  refillP50Ms: number;
  refillP95Ms: number;
}

const MOST_PAGES = 10;

/** Works the figures out of what Bedrock has on record. */
export async function figuresOf({ world }: LocalWorld, since: number, seen: Seen): Promise<RunFigures> {
  const jobs: BedrockJob[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await world.batch.list(jobNamePrefix(LOCAL_STAGE), since, cursor);
    jobs.push(...listed.items);
    cursor = listed.cursor;
    if (cursor === undefined) break;
  }
  const byLane = grouped(jobs, ({ modelId }) => laneOfModel(world.settings, modelId) ?? "");
  const lanes = [...byLane].map(([lane, own]) => ({
    own,
    limit: fixedLimit(world.settings, lane) ?? 0,
    queued: seen.queued.filter((moment) => moment.lane === lane),
    ends: seen.ends.filter((end) => end.lane === lane && !seen.listed.has(end.jobName)).map(({ at }) => at),
  }));
  const uses = lanes.map(({ own, limit, queued }) => useOf(own, limit, queued));
  const delays = lanes.flatMap(({ own, ends }) => refillDelays(own, ends)).sort((a, b) => a - b);
  const ended = grouped(
    jobs.filter(({ status }) => hasEnded(status)),
    ({ status }) => status,
  );
  return {
    jobs: Object.fromEntries([...ended].map(([status, own]) => [status, own.length])),
    utilisation: sum(uses.map(({ takenMs }) => takenMs)) / sum(uses.map(({ thereMs }) => thereMs)),
    refills: delays.length,
    refillP50Ms: quantile(delays, 0.5),
    refillP95Ms: quantile(delays, 0.95),
  };
}

/** Slot-milliseconds that were taken, and that were there, while jobs waited. */
function useOf(jobs: readonly BedrockJob[], limit: number, queued: Seen["queued"]) {
  const steps = [
    ...queued.map(({ at, jobs: count }) => ({ at, waiting: count, taken: 0 })),
    ...jobs.map(({ submittedAt = 0 }) => ({ at: submittedAt, waiting: -1, taken: 1 })),
    ...jobs.map(({ endedAt = 0 }) => ({ at: endedAt, waiting: 0, taken: -1 })),
  ].sort((a, b) => a.at - b.at);
  const use = { takenMs: 0, thereMs: 0 };
  let waiting = 0;
  let taken = 0;
  let last = 0;
  for (const step of steps) {
    if (waiting > 0) {
      use.takenMs += taken * (step.at - last);
      use.thereMs += limit * (step.at - last);
    }
    waiting += step.waiting;
    taken += step.taken;
    last = step.at;
  }
  return use;
}

/** For every end that was told of, how long it was until the next Create that no earlier end had called for. */
function refillDelays(jobs: readonly BedrockJob[], ends: readonly number[]): number[] {
  const creates = jobs.map(({ submittedAt = 0 }) => submittedAt).sort((a, b) => a - b);
  const delays: number[] = [];
  for (const end of [...ends].sort((a, b) => a - b)) {
    const next = creates.findIndex((at) => at >= end);
    if (next === -1) break;
    delays.push((creates[next] ?? end) - end);
    creates.splice(0, next + 1);
  }
  return delays;
}

function grouped(jobs: readonly BedrockJob[], by: (job: BedrockJob) => string): Map<string, BedrockJob[]> {
  const groups = new Map<string, BedrockJob[]>();
  for (const job of jobs) groups.set(by(job), [...(groups.get(by(job)) ?? []), job]);
  return groups;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
