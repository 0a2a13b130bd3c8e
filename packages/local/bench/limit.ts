/**
 * `tsx packages/local/bench/limit.ts`: how much of a file one core plans in a second, in the cases that cost the most.
 * CPU time is counted and not the clock, so that a busy machine measures the same. Prints the table of
 * docs/benchmarks.md, "The largest file".
 */
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { parseSettings, prepareDrop, submissionIdOf } from "@sluice/core";
import { FolderObjects } from "@sluice/emulator";
import { lines } from "./plan.ts";

const FILE_BYTES = 500_000_000;
const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const SETTINGS = parseSettings(
  { lanes: { claude: { models: [MODEL], limit: 10 } }, default: { model: MODEL } },
  "the benchmark",
);

interface Case {
  name: string;
  hasIds: boolean;
  isGzip: boolean;
  isRefused: boolean;
}

/** Plans one file in a folder of its own, and gives the megabytes of it that a second of CPU time took on. */
async function megabytesPerSecond({ hasIds, isGzip, isRefused }: Case): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-limit-"));
  try {
    await mkdir(join(directory, "to-process"));
    const key = `to-process/bench.jsonl${isGzip ? ".gz" : ""}`;
    const [text, file] = [lines(FILE_BYTES, hasIds), createWriteStream(join(directory, key))];
    await (isGzip ? pipeline(text, createGzip({ level: 1 }), file) : pipeline(text, file));
    const objects = await FolderObjects.open({ directory });
    const head = await objects.head(key);
    const lane = SETTINGS.lanes["claude"];
    if (head === undefined || lane === undefined) throw new Error(`There is no ${key} in ${directory}.`);
    const routed = { lane: "claude", modelId: MODEL, invocation: "InvokeModel" as const, priority: 0 };
    const seen = { bucket: objects.bucket, seenAt: head.lastModified, submissionId: submissionIdOf("limit", head) };
    const refuse = { code: "UnknownModel" as const, message: "Every record is refused, for the benchmark." };
    const began = process.cpuUsage();
    await prepareDrop(objects, { ...head, ...seen, ...routed }, "bench", lane, isRefused ? { refuse } : {});
    const { user, system } = process.cpuUsage(began);
    return FILE_BYTES / (user + system);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const cases: Case[] = [
  { name: "every line is good", hasIds: true, isGzip: false, isRefused: false },
  { name: "every line gets its id", hasIds: false, isGzip: false, isRefused: false },
  { name: "every line is refused", hasIds: true, isGzip: false, isRefused: true },
  { name: "gzip, every line gets its id", hasIds: false, isGzip: true, isRefused: false },
  { name: "gzip, every line is refused", hasIds: true, isGzip: true, isRefused: true },
];
process.stdout.write("| a file of which | MB a second of CPU |\n|---|---:|\n");
for (const one of cases) process.stdout.write(`| ${one.name} | ${(await megabytesPerSecond(one)).toFixed(0)} |\n`);
