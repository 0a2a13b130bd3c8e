/**
 * One measured reading of a file, in a process of its own so that its peak memory is its own:
 * `reading.ts bare DIRECTORY KEY` or `reading.ts plan DIRECTORY KEY`. Prints seconds, records and peak RSS as JSON.
 */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { parseSettings, prepareDrop, submissionIdOf } from "@sluice/core";
import { FolderObjects } from "@sluice/emulator";

const CHUNK_BYTES = 1_048_576;
const NEWLINE = 10;
const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const SETTINGS = parseSettings(
  { lanes: { claude: { models: [MODEL], limit: 10 } }, default: { model: MODEL } },
  "the benchmark",
);

/** The least that anybody does with such a file: splits it into lines and parses each. */
async function bare(directory: string, key: string): Promise<number> {
  let records = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(directory, key), { highWaterMark: CHUNK_BYTES })) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      JSON.parse(bytes.toString("utf8", start, end));
      records++;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return records;
}

async function plan(directory: string, key: string): Promise<number> {
  const objects = await FolderObjects.open({ directory });
  const head = await objects.head(key);
  const lane = SETTINGS.lanes["claude"];
  if (head === undefined || lane === undefined) throw new Error(`There is no ${key} in ${directory}.`);
  const submissionId = submissionIdOf(objects.bucket, head);
  const seen = { bucket: objects.bucket, seenAt: head.lastModified };
  const routed = { lane: "claude", modelId: MODEL, invocation: "InvokeModel" as const, priority: 0 };
  const prepared = await prepareDrop(objects, { ...head, submissionId, ...seen, ...routed }, "bench", lane);
  if (prepared.problem !== undefined || prepared.counts.errors > 0)
    throw new Error("The file should be good throughout.");
  return prepared.counts.records;
}

const [, , what, directory = "", key = ""] = process.argv;
const began = performance.now();
const records = what === "bare" ? await bare(directory, key) : await plan(directory, key);
const seconds = (performance.now() - began) / 1_000;
process.stdout.write(JSON.stringify({ seconds, records, peakBytes: process.resourceUsage().maxRSS * 1_024 }));
