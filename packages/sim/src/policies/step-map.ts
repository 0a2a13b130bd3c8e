import { Chance } from "../schedule/chance.ts";
import { MINUTE_MS } from "../script/script.ts";
import { Slots, type Work } from "./slots.ts";
import type { Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

/** A transition of a state machine, and the call that creates the job. */
const STEP_MS = { least: 200, most: 1_800 } as const;
/** A usual Retry of a state: after a minute, then twice as long, up to 15. */
const RETRY_MS = { first: MINUTE_MS, most: 15 * MINUTE_MS } as const;

/**
 * A map with as many iterations at once as the lane has slots; each creates a job, stores its task token, and waits for
 * the event of its end. Nothing repairs a lost event: its iteration waits for ever, and holds its place in the map.
 */
export function stepMap(workload: Workload): Trace {
  const chance = new Chance(1, `map ${workload.name}`);
  const busy = new Map<string, number>();
  let [reads, writes] = [0, 0];
  const limitOf = (lane: string) => workload.lanes.find(({ name }) => name === lane)?.limit ?? 0;
  const begun = new Set<Work>();
  const next = (lane: string) => {
    while ((busy.get(lane) ?? 0) < limitOf(lane)) {
      const work = slots.work.find((job) => job.lane === lane && !begun.has(job) && job.arrivedAt <= slots.agenda.now);
      if (work === undefined) return;
      begun.add(work);
      busy.set(lane, (busy.get(lane) ?? 0) + 1);
      slots.agenda.after(chance.magnitude(STEP_MS.least, STEP_MS.most), "world", () => create(work, RETRY_MS.first));
    }
  };
  const create = (work: Work, retryMs: number) => {
    if (slots.start(work)) {
      // The task token, to be found by the job's name.
      writes += 1;
      return;
    }
    const later = Math.min(RETRY_MS.most, 2 * retryMs);
    slots.agenda.after(retryMs, "world", () => create(work, later));
  };
  const ended = (lane: string, work?: Work) => {
    if (work === undefined || chance.happens(workload.eventsLost)) return;
    slots.agenda.after(chance.magnitude(workload.eventMs.least, workload.eventMs.most), "world", () => {
      reads += 1;
      writes += 1;
      busy.set(lane, (busy.get(lane) ?? 1) - 1);
      next(lane);
    });
  };
  const slots = new Slots(workload, next, ended);
  slots.run();
  return { jobs: slots.work, others: slots.others, bedrockCalls: slots.bedrockCalls, reads, writes };
}
