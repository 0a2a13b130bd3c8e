import { CREATE_MS } from "../instance/ports.ts";
import { Chance } from "../schedule/chance.ts";
import { Slots, type Work } from "./slots.ts";
import type { Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

/**
 * What no refill by events can do without: the way of an event, none of which is lost, and the call that creates a job.
 * It knows at once what comes next, and everything else is free.
 */
export function bound(workload: Workload): Trace {
  const { lanes, eventMs } = workload;
  const chance = new Chance(1, `bound ${workload.name}`);
  const asked = new Set<Work>();
  const ofLane = new Map(lanes.map(({ name }) => [name, [] as Work[]]));
  const fill = (lane: string) => {
    const limit = lanes.find(({ name }) => name === lane)?.limit ?? 0;
    const jobs = ofLane.get(lane) ?? [];
    let held = jobs.filter((work) => asked.has(work) && work.endedAt === undefined).length;
    for (const work of jobs) {
      if (held >= limit || work.arrivedAt > slots.agenda.now) return;
      if (asked.has(work)) continue;
      held++;
      asked.add(work);
      slots.agenda.after(chance.magnitude(CREATE_MS.least, CREATE_MS.most), "world", () => {
        if (!slots.start(work)) asked.delete(work);
      });
    }
  };
  const hear = (lane: string) =>
    slots.agenda.after(chance.magnitude(eventMs.least, eventMs.most), "world", () => fill(lane));
  const slots = new Slots(workload, fill, hear);
  for (const work of slots.work) ofLane.get(work.lane)?.push(work);
  slots.run();
  const { work, others, bedrockCalls } = slots;
  return { jobs: work, others, bedrockCalls, reads: 0, writes: 0 };
}
