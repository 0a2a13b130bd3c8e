import type { QueueEntry } from "@sluice/core";
import { aJob, LATEST, LONGEST } from "@sluice/testing";
import { meteredTable } from "./metered-table.ts";
import { type Measured, priceOf } from "./prices.ts";
import { UNITS_A_SCANNED_BYTE } from "./scanning.ts";

/** How many ended jobs lie in the table; the last is computed from the ones before. */
const MEASURED = [0, 10_000, 100_000] as const;
const COMPUTED = 1_000_000;
const SLOTS = 10;
const NOW = Date.UTC(2026, 5, 1);

/** What a history of this length makes of the costs, in request units. */
export interface Growth {
  endedJobs: number;
  isMeasured: boolean;
  /** One job from its queue entry to its released slot, without reads of the queue by others. */
  job: number;
  /** One sweep over a lane whose ten slots are held, with ten jobs that wait. */
  sweep: number;
  /** One scan of the published sample. */
  scan: number;
}

/** Measures a job's and a sweep's requests beside histories of several lengths. */
export async function measureGrowth({ endedJob, endedJobBytes }: Measured): Promise<Growth[]> {
  const table = await meteredTable();
  const scanOf = (jobs: number) => (jobs + 2 * SLOTS) * endedJobBytes * UNITS_A_SCANNED_BYTE;
  const growth: Growth[] = [];
  try {
    await table.store.lanes.setLimit("claude", SLOTS);
    const jobs = Array.from({ length: 2 * SLOTS }, (_, n) => aJob({}, n));
    for (const job of jobs) {
      await table.store.jobs.put(job);
      await table.store.queue.put(job);
    }
    for (const job of jobs.slice(0, SLOTS)) await begin(table, job.jobId, job);
    let filled = 0;
    for (const [n, endedJobs] of MEASURED.entries()) {
      await table.fill(endedJob, filled, endedJobs - filled);
      filled = endedJobs;
      const job = await unitsOfJob(table, n);
      growth.push({ endedJobs, isMeasured: true, job, sweep: await unitsOfSweep(table), scan: scanOf(endedJobs) });
    }
  } finally {
    await table.close();
  }
  const last = growth.at(-1);
  if (last === undefined) throw new Error("No history was measured.");
  return [...growth, { ...last, endedJobs: COMPUTED, isMeasured: false, scan: scanOf(COMPUTED) }];
}

type Table = Awaited<ReturnType<typeof meteredTable>>;

async function begin({ store }: Table, jobId: string, entry: QueueEntry): Promise<void> {
  await store.lanes.claimSlot("claude", jobId, NOW, LONGEST);
  await store.jobs.takeClaim(jobId, "run", NOW, NOW + 1, LATEST);
  await store.queue.drop(entry);
  await store.jobs.bringForward(jobId, { status: "Submitted", arn: arnOf(jobId) });
  await store.lanes.finishClaiming("claude", jobId);
}

/** What the moves ask of the table for one job, one after the other. */
async function unitsOfJob(table: Table, n: number): Promise<number> {
  const job = aJob({ lane: `measured${n}` }, 1_000 + n);
  const { lane, jobId } = job;
  await table.store.lanes.setLimit(lane, SLOTS);
  const steps: [string, ...unknown[]][] = [
    ["jobs.put", job],
    ["queue.put", job],
    ["lanes.get", lane],
    ["queue.head", lane, 12],
    ["lanes.claimSlot", lane, jobId, NOW, LONGEST],
    ["jobs.takeClaim", jobId, "run", NOW, NOW + 1, LATEST],
    ["queue.drop", job],
    ["jobs.bringForward", jobId, { status: "Submitted", arn: arnOf(jobId) }],
    ["lanes.finishClaiming", lane, jobId],
    ...["Validating", "Scheduled", "InProgress"].flatMap<[string, ...unknown[]]>((status) => [
      ["jobs.bringForward", jobId, { status, arn: arnOf(jobId) }],
      ["lanes.get", lane],
    ]),
    ["jobs.bringForward", jobId, { status: "Completed", arn: arnOf(jobId), at: NOW }],
    ["lanes.releaseSlot", lane, jobId, "success"],
    ["jobs.markDone", jobId, true],
  ];
  // The entries of a new job and of one that is done with in the indexes, as `prices.ts` counts them.
  let units = 2;
  for (const [method, ...args] of steps) {
    const { reads, writes } = await priceOf(table, method, args);
    units += reads + writes;
  }
  return units;
}

/** What a sweep asks of the table: every lane, every job that holds a slot, and the sparse indexes. */
async function unitsOfSweep(table: Table): Promise<number> {
  let units = 0;
  const ask = async (method: string, ...args: unknown[]) => {
    const { reads, writes } = await priceOf(table, method, args);
    units += reads + writes;
  };
  const lane = await table.store.lanes.get("claude");
  await ask("lanes.get", "claude");
  await ask("lanes.all");
  await ask("lanes.winListing", "claude", lane?.listedAt, (lane?.listedAt ?? 0) + 1);
  for (const jobId of lane?.holders ?? []) await ask("jobs.get", jobId);
  await ask("lanes.get", "claude");
  await ask("jobs.uncollected", 100);
  await ask("submissions.unfinished", 100);
  await ask("bookmarks.get", "drops");
  return units;
}

function arnOf(jobId: string): string {
  return `arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/${jobId.slice(0, 12).toLowerCase()}`;
}
