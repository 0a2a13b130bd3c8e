import type { Store } from "@sluice/core";
import { type Item, type MeteredTable, meteredTable } from "./metered-table.ts";
import { type Price, type Prices, simulate } from "./sluice.ts";
import type { Workload } from "./workload.ts";

/** How many jobs the measured story has; each makes some fifty requests. */
const MEASURED_JOBS = 60;

/**
 * An embedded DynamoDB does not count writes to indexes. With the projection KEYS_ONLY an index is written when an item
 * gets or loses its key in it: a job's in gsi1 when it is put, in gsi2 when it ends and when it is done with.
 */
const INDEX_WRITES: Readonly<Record<string, number>> = { "jobs.put": 1, "jobs.markDone": 1 };

interface Called {
  method: string;
  args: readonly unknown[];
}

/** What the adapter's operations cost on the items of a real story. */
export interface Measured {
  prices: Prices;
  /** A job that has ended, as it lies in the table. */
  endedJob: Item;
  /** Its size, in bytes, by DynamoDB's rules. */
  endedJobBytes: number;
}

/** Replays what the core asked of the table in simulated stories against the real adapter, and notes what each call consumed. */
export async function measurePrices(workloads: readonly Workload[]): Promise<Measured> {
  const totals = new Map<string, Price & { calls: number }>();
  let endedJob: Item | undefined;
  for (const workload of workloads) endedJob = await replay(workload, totals);
  if (endedJob === undefined) throw new Error("There is no story to measure.");
  const prices = [...totals].map(([method, { reads, writes, calls }]) => {
    const indexed = INDEX_WRITES[method] ?? 0;
    return [method, { reads: reads / calls, writes: writes / calls + indexed }] as const;
  });
  return { prices: new Map(prices), endedJob, endedJobBytes: sizeOf(endedJob) };
}

/** Adds what one story consumed in a table of its own; a job of it that is done with. */
async function replay(workload: Workload, totals: Map<string, Price & { calls: number }>): Promise<Item> {
  const table = await meteredTable();
  try {
    for (const { method, args } of await callsOf(workload)) {
      const { reads, writes } = await priceOf(table, method, args);
      const total = totals.get(method) ?? { reads: 0, writes: 0, calls: 0 };
      totals.set(method, { reads: total.reads + reads, writes: total.writes + writes, calls: total.calls + 1 });
    }
    return await doneJob(table);
  } finally {
    await table.close();
  }
}

/** A job of the story as it lies in the table once it is done with: it has left the sparse index. */
async function doneJob(table: MeteredTable): Promise<Item> {
  const find = async () => (await table.items()).find((item) => item["status"]?.["S"] === "Completed");
  const jobId = (await find())?.["jobId"]?.["S"];
  if (typeof jobId !== "string") throw new Error("No job of the measured story has ended.");
  await table.store.jobs.markDone(jobId, true);
  const done = (await table.items()).find((item) => item["jobId"]?.["S"] === jobId && "status" in item);
  if (done === undefined) throw new Error(`Job ${jobId} is no longer in the table.`);
  return done;
}

/** What one operation, such as `jobs.takeClaim`, consumes now. */
export async function priceOf({ store, take }: MeteredTable, method: string, args: readonly unknown[]): Promise<Price> {
  take();
  const [port, name] = method.split(".") as [keyof Store, string];
  const operations = store[port] as object as Record<string, (...values: unknown[]) => Promise<unknown>>;
  const answer = await operations[name]?.(...args);
  const used = take();
  // The entry into the sparse index when a job ends.
  const ended = method === "jobs.bringForward" && (answer as { done?: boolean } | undefined)?.done === false ? 1 : 0;
  return { reads: used.reads, writes: used.writes + ended };
}

/** What a story asks of the table, in order. */
async function callsOf(workload: Workload): Promise<Called[]> {
  const calls: Called[] = [];
  const jobs = workload.jobs.slice(0, MEASURED_JOBS);
  await simulate({ ...workload, jobs }, (port, method, args) => {
    if (port === "store") calls.push({ method, args });
  });
  return calls;
}

/** DynamoDB developer guide, "Item sizes": names and strings in UTF-8, numbers about one byte for two digits and one more. */
function sizeOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value), 0);
}

function sizeOfValue(value: Record<string, unknown>): number {
  if (typeof value["S"] === "string") return Buffer.byteLength(value["S"]);
  if (typeof value["N"] === "string") return Math.ceil(value["N"].replace(/[-.]/g, "").length / 2) + 1;
  if (typeof value["M"] === "object") return 3 + sizeOf(value["M"] as Item);
  return 1;
}
