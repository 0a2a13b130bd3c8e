import { USUAL_MS } from "../bus/bus.ts";
import { Chance } from "../schedule/chance.ts";
import { idOf } from "../script/rows.ts";
import {
  type DurationMs,
  HOUR_MS,
  type JobScript,
  type LaneScript,
  MINUTE_MS,
  type OtherScript,
  SECOND_MS,
} from "../script/script.ts";

/** What is to be run, the same for every policy. */
export interface Workload {
  name: string;
  title: string;
  lanes: LaneScript[];
  jobs: (JobScript & { lastsMs: number })[];
  others: OtherScript[];
  /** How long an event takes to its function. */
  eventMs: DurationMs;
  /** The share of Bedrock's events that never arrive. */
  eventsLost: number;
}

const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const JOBS = 1_000;
const SLOTS = 10;

interface LoadShape {
  jobs?: number;
  lanes?: number;
  slots?: number;
  minutes?: { least: number; most: number };
  /** When the n-th job of a lane arrives, in milliseconds. */
  arrivesMs?: (n: number) => number;
  eventMs?: DurationMs;
  eventsLost?: number;
  others?: OtherScript[];
}

function workload(name: string, title: string, shape: LoadShape): Workload {
  const { jobs = JOBS, lanes = 1, slots = SLOTS, minutes = { least: 10, most: 60 }, arrivesMs = () => 0 } = shape;
  const chance = new Chance(1, name);
  const made = Array.from({ length: lanes }, (_, n) => ({
    name: `lane${n}`,
    modelId: n === 0 ? MODEL : `model-${n}.${MODEL}`,
    limit: slots,
    quota: slots,
  }));
  return {
    name,
    title,
    lanes: made,
    // In the order of the queue, where all of them have waited equally long: that of their ids.
    jobs: Array.from({ length: jobs }, (_, n) => ({
      name: `J${n}`,
      lane: `lane${n % lanes}`,
      atMs: arrivesMs(Math.floor(n / lanes)),
      priority: 0,
      lastsMs: Math.round((minutes.least + (minutes.most - minutes.least) * chance.fraction()) * MINUTE_MS),
    })).sort((a, b) => a.atMs - b.atMs || (idOf(a) < idOf(b) ? -1 : 1)),
    others: shape.others ?? [],
    eventMs: shape.eventMs ?? USUAL_MS,
    eventsLost: shape.eventsLost ?? 0,
  };
}

/** Jobs of other users in as many rows as they have slots, one right after the other without a gap. */
function rowsOfOthers(rows: number): OtherScript[] {
  return Array.from({ length: rows }, (_, row) => {
    const eachMs = (20 + 5 * row) * MINUTE_MS;
    return { name: `O${row}`, lane: "lane0", atMs: 0, lastsMs: 240 * HOUR_MS, eachMs };
  });
}

const SHORT = { least: 3, most: 8 } as const;
const BURST_JOBS = 50;
const BURST_EVERY_MS = 4 * HOUR_MS;

export const workloads: readonly Workload[] = [
  workload("long", "1,000 jobs of 10–60 minutes on 10 slots", {}),
  workload("short", "1,000 jobs of 3–8 minutes on 10 slots", { minutes: SHORT }),
  workload("bursts", "20 bursts of 50 jobs of 10–60 minutes, one every 4 hours, on 10 slots", {
    arrivesMs: (n) => Math.floor(n / BURST_JOBS) * BURST_EVERY_MS,
  }),
  workload("lanes", "2,000 jobs of 10–60 minutes on 20 lanes of 5 slots", { jobs: 2_000, lanes: 20, slots: 5 }),
  workload("others", "600 jobs of 10–60 minutes on 10 slots, of which other users take half", {
    jobs: 600,
    others: rowsOfOthers(SLOTS / 2),
  }),
  workload("lost5", "1,000 jobs of 10–60 minutes on 10 slots, 5 % of the events lost", { eventsLost: 0.05 }),
  workload("lostAll", "1,000 jobs of 10–60 minutes on 10 slots, all events lost", { eventsLost: 1 }),
];

/** The same short jobs, where events are quicker, as usual, and slower. */
export const eventSpeeds: readonly Workload[] = [
  { least: 10, most: 100 },
  USUAL_MS,
  { least: SECOND_MS, most: 10 * SECOND_MS },
].map((eventMs) =>
  workload("short", `${eventMs.least / SECOND_MS} to ${eventMs.most / SECOND_MS} s`, { minutes: SHORT, eventMs }),
);
