import { channel } from "node:diagnostics_channel";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings } from "@sluice/core";
import { startLocalWorld } from "../src/world/start.ts";
import { quantile } from "./quantile.ts";
import { MODEL, record } from "./records.ts";

const SLOTS = 10;
const REFILLS = 500;
const ms = (leastMs: number, mostMs: number) => ({ leastMs, mostMs });
/** A job takes about four seconds, so that ten slots end one about every 400 ms, and no refill waits for another. */
const DELAYS = {
  submitted: ms(300, 700),
  validating: ms(800, 1_600),
  scheduled: ms(800, 1_600),
  inProgress: ms(800, 1_600),
  perRecordMs: 0,
};

const ENDED = new Set(["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"]);

/**
 * Lets the whole local world run jobs of one record on ten slots, and takes for each refill the time from the event
 * of a job's end to the arrival of the next Create at the batch server, in milliseconds.
 */
export async function benchRefill(): Promise<{ p50: number; p99: number; refills: number }> {
  const dir = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const ends: number[] = [];
  const creates: number[] = [];
  const arrived = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    if (request.method === "POST" && request.url === "/model-invocation-job") creates.push(performance.now());
  };
  const settings = {
    lanes: { claude: { models: [MODEL], limit: SLOTS, maxRecords: 1, minRecords: 1 } },
    default: { model: MODEL },
  };
  parseSettings(settings, "the benchmark");
  await writeFile(join(dir, "sluice.json"), JSON.stringify(settings));
  channel("http.server.request.start").subscribe(arrived);
  const world = await startLocalWorld({
    dir,
    bedrock: { delays: DELAYS },
    restMs: 50,
    deliver: (event) => {
      if (ENDED.has(event.detail.status)) ends.push(performance.now());
      return true;
    },
  });
  try {
    const lines = Array.from({ length: SLOTS + REFILLS }, (_, n) => record(n));
    await world.objects.put("to-process/bench.jsonl", Buffer.from(`${lines.join("\n")}\n`));
    await world.idle();
  } finally {
    await world.close();
    channel("http.server.request.start").unsubscribe(arrived);
    await rm(dir, { recursive: true, force: true });
  }
  // The first ten Creates fill empty slots; after that the n-th end makes room for the n-th Create that follows.
  const delays = creates.slice(SLOTS).map((at, n) => at - (ends[n] ?? Number.NaN));
  if (delays.length !== REFILLS || delays.some((delay) => !(delay >= 0)))
    throw new Error(`There were ${creates.length} Creates and ${ends.length} ends: they do not pair up.`);
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), refills: delays.length };
}
