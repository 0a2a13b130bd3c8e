import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSettings } from "@sluice/core";
import { startLocalWorld } from "../src/world/start.ts";
import { MODEL, record } from "./records.ts";

const SLOTS = 20;
const RECORDS_A_FILE = 100;
const none = { leastMs: 0, mostMs: 0 };
/** A job ends as soon as it can, so that the queue's own work is what takes the time. */
const DELAYS = { submitted: none, validating: none, scheduled: none, inProgress: none, perRecordMs: 0 };

export interface FilesFigures {
  files: number;
  /** From the first drop to the last result. */
  wallSeconds: number;
  /** Of the whole process, the batch server and the embedded table included. */
  cpuMsPerFile: number;
  /** Calls of the store's ports, each one request to the table; those of the sweeps in between too. */
  storeCallsPerFile: number;
}

/** Lets the whole local world run many files of one job each, and counts what each file costs. */
export async function benchFiles(files: number): Promise<FilesFigures> {
  const dir = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const settings = {
    lanes: { claude: { models: [MODEL], limit: SLOTS } },
    default: { model: MODEL },
  };
  parseSettings(settings, "the benchmark");
  await writeFile(join(dir, "sluice.json"), JSON.stringify(settings));
  const world = await startLocalWorld({ dir, speed: 60, restMs: 50, bedrock: { delays: DELAYS } });
  let calls = 0;
  const counted = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...given: unknown[]) => {
          calls++;
          return member.apply(target, given);
        };
      },
    });
  const { lanes, queue, jobs, submissions, bookmarks } = world.world.store;
  world.world.store = {
    lanes: counted(lanes),
    queue: counted(queue),
    jobs: counted(jobs),
    submissions: counted(submissions),
    bookmarks: counted(bookmarks),
  };
  try {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const body = Buffer.from(Array.from({ length: RECORDS_A_FILE }, (_, n) => `${record(n)}\n`).join(""));
    for (let n = 0; n < files; n++) await world.objects.put(`to-process/file-${n}.jsonl`, body);
    await world.idle();
    const { user, system } = process.cpuUsage(cpu);
    return {
      files,
      wallSeconds: (performance.now() - began) / 1_000,
      cpuMsPerFile: (user + system) / 1_000 / files,
      storeCallsPerFile: calls / files,
    };
  } finally {
    await world.close();
    await rm(dir, { recursive: true, force: true });
  }
}
