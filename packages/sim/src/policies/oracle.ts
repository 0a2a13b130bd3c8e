import { Slots } from "./slots.ts";
import type { Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

/** Knows every end at once and needs no time: the bound for any refill that keeps the order. */
export function oracle(workload: Workload): Trace {
  const fill = (lane: string) => {
    const limit = workload.lanes.find(({ name }) => name === lane)?.limit ?? 0;
    const ofLane = slots.work.filter((work) => work.lane === lane);
    let running = ofLane.filter(({ startedAt, endedAt }) => startedAt !== undefined && endedAt === undefined).length;
    for (const work of ofLane) {
      if (running >= limit) return;
      if (work.startedAt !== undefined || work.arrivedAt > slots.agenda.now) continue;
      if (!slots.start(work)) return;
      running++;
    }
  };
  const slots = new Slots(workload, fill, fill);
  slots.run();
  const { work, others } = slots;
  return { jobs: work, others, bedrockCalls: work.length, reads: 0, writes: 0 };
}
