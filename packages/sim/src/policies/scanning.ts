import { MINUTE_MS } from "../script/script.ts";
import { Slots } from "./slots.ts";
import type { Trace } from "./trace.ts";
import type { Workload } from "./workload.ts";

const SCAN_EVERY_MS = 15 * MINUTE_MS;
/** A create call after the other takes so long. */
const CREATE_MS = 400;
/** DynamoDB developer guide, "Read consistency": an eventually consistent read of 4 KB is half a unit. */
export const UNITS_A_SCANNED_BYTE = 0.5 / 4_096;

/**
 * The published sample's design: every 15 minutes it scans its table of jobs for the open ones, asks Bedrock for each,
 * and creates as many as have ended.
 */
export function scanning(workload: Workload, rowBytes: number): Trace {
  let [reads, writes] = [0, 0];
  const known = new Set<object>();
  const slots = new Slots(
    workload,
    () => {},
    () => {},
  );
  const { agenda, work } = slots;
  const tick = () => {
    const rows = work.filter(({ arrivedAt }) => arrivedAt <= agenda.now);
    reads += Math.max(0.5, rows.length * rowBytes * UNITS_A_SCANNED_BYTE);
    let asked = 0;
    for (const { name, limit } of workload.lanes) {
      let open = 0;
      for (const job of rows) {
        if (job.lane !== name || job.startedAt === undefined || known.has(job)) continue;
        slots.bedrockCalls++;
        if (job.endedAt === undefined) open++;
        else {
          known.add(job);
          writes += 1;
        }
      }
      const waiting = rows.filter((job) => job.lane === name && job.startedAt === undefined);
      for (const job of waiting.slice(0, limit - open))
        agenda.after(CREATE_MS * ++asked, "world", () => {
          if (slots.start(job)) writes += 1;
        });
    }
    if (known.size < work.length) agenda.after(SCAN_EVERY_MS, "world", tick);
  };
  agenda.at(0, "world", tick);
  slots.run();
  // One write when the job is put into the table.
  return { jobs: work, others: slots.others, bedrockCalls: slots.bedrockCalls, reads, writes: writes + work.length };
}
