/* What the tests of the local world drop, and how they read what became of it: from the files alone. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EndedStatus } from "@sluice/core";
import { laneOfModel, type ObjectStore, type Settings, settingsSchema } from "@sluice/core";

const CLAUDE = "anthropic.claude-3-5-haiku-20241022-v1:0";
export const NOVA = "amazon.nova-lite-v1:0";
export const SLOTS = 3;
export const MAX_RECORDS = 50;

const lane = (model: string) => ({ models: [model], limit: SLOTS, maxRecords: MAX_RECORDS, minRecords: 5 });

/** Two lanes of three slots, and limits that small files reach. */
export const testSettings = {
  lanes: { claude: lane(CLAUDE), nova: lane(NOVA) },
  routes: { nova: { model: NOVA } },
  default: { model: CLAUDE },
};

const parsedSettings: Settings = settingsSchema.parse(testSettings);

/** The lines of a file; its recordIds are `<stem>-<n>`. */
export function linesFor(stem: string, records: number, model = CLAUDE): string[] {
  return Array.from({ length: records }, (_, n) =>
    JSON.stringify({
      recordId: `${stem}-${n}`,
      modelInput:
        model === CLAUDE
          ? { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [{ role: "user", content: `${n}` }] }
          : { messages: [{ role: "user", content: [{ text: `${n}` }] }] },
    }),
  );
}

export function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** One line of a result file. */
export interface ResultLine {
  recordId?: string;
  line?: number;
  modelOutput?: unknown;
  error?: { code: string };
}

/** The lines of an object; none if it is not there. */
export async function resultLines(objects: ObjectStore, key: string): Promise<ResultLine[]> {
  if ((await objects.head(key)) === undefined) return [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of objects.read({ key })) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A job as the batch server has it on disk, as far as it is read here. */
export interface ServerJob {
  status: EndedStatus;
  submitTimeMs: number;
  endTimeMs: number;
  request: { jobName: string; modelId: string };
  counts: { total: number };
}

/** Every job that the batch server under a directory ever took. */
export async function serverJobs(dir: string): Promise<ServerJob[]> {
  const folder = join(dir, "bedrock", "jobs");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))));
}

/** The most jobs of a lane that were in Bedrock at one moment, by its own times. */
export function mostAtOnce(jobs: readonly ServerJob[], lane: string): number {
  const own = jobs.filter(({ request }) => laneOfModel(parsedSettings, request.modelId) === lane);
  const steps = own.flatMap(({ submitTimeMs, endTimeMs }) => [
    { at: submitTimeMs, by: 1 },
    { at: endTimeMs, by: -1 },
  ]);
  // Of two in the same millisecond the end was first: it is what gave the slot.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of steps) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
