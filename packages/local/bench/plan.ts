import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { quantile } from "./quantile.ts";

const FILE_BYTES = 1_000_000_000;
const PAIRS = 3;
const READING = fileURLToPath(new URL("reading.ts", import.meta.url));
const KEY = "to-process/bench.jsonl";

interface Reading {
  seconds: number;
  records: number;
  peakBytes: number;
}

/**
 * Claude requests of 400 to 2,000 bytes, as people send them: a system prompt, some text, and ids that all differ, or
 * none.
 */
export function* lines(fileBytes: number, hasIds: boolean): Generator<string> {
  const words = "the quick brown fox jumps over the lazy dog and reads what is written in the ledger ".repeat(24);
  let written = 0;
  for (let n = 0; written < fileBytes; n++) {
    const content = words.slice(0, 200 + ((n * 7919) % 1_600));
    const modelInput = {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 512,
      system: "Summarise.",
      messages: [{ role: "user", content: [{ type: "text", text: content }] }],
    };
    const recordId = `CALL${String(n).padStart(8, "0")}`;
    const line = `${JSON.stringify({ ...(hasIds && { recordId }), modelInput })}\n`;
    written += line.length;
    yield line;
  }
}

function read(what: string, directory: string): Reading {
  // What an earlier run wrote goes to the disk first, or this one would pay for it.
  execFileSync("sync");
  const args = ["--import", "tsx", READING, what, directory, KEY];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/**
 * Plans a generated file of 1 GB, beside a bare loop that splits and parses the same file, in turn, each in a process
 * of its own. Speeds are medians in MB/s, the ratio is the median of the pairs.
 */
export async function benchPlan() {
  const directory = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  try {
    await mkdir(join(directory, "to-process"));
    await pipeline(lines(FILE_BYTES, true), createWriteStream(join(directory, KEY)));
    const pairs: { bare: Reading; plan: Reading }[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      pairs.push({ bare: read("bare", directory), plan: read("plan", directory) });
      // Every plan writes to an empty place, as it does outside of a benchmark.
      await rm(join(directory, "staging"), { recursive: true, force: true });
    }
    const median = (of: (pair: { bare: Reading; plan: Reading }) => number) => quantile(pairs.map(of), 0.5);
    return {
      records: pairs[0]?.plan.records ?? 0,
      planMBps: median(({ plan }) => FILE_BYTES / 1e6 / plan.seconds),
      bareMBps: median(({ bare }) => FILE_BYTES / 1e6 / bare.seconds),
      ratio: median(({ bare, plan }) => bare.seconds / plan.seconds),
      planPeakMB: Math.max(...pairs.map(({ plan }) => plan.peakBytes / 1e6)),
      barePeakMB: Math.max(...pairs.map(({ bare }) => bare.peakBytes / 1e6)),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
    await rm(`${directory}.aside`, { recursive: true, force: true });
  }
}
