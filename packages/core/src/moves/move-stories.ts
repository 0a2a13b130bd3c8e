import { aWorld, endJob, type JobEnd, type MemoryWorld, settings } from "@sluice/testing";
import type { World } from "../world.ts";
import { advance } from "./advance.ts";
import { collect, collectEvent } from "./collect.ts";
import { plan } from "./plan.ts";
import { wake } from "./wake.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** A world in memory whose one lane makes jobs of at most four records. */
export function smallWorld(given: { quota?: number; limit?: number } = {}): MemoryWorld {
  const { limit = 3, ...rest } = given;
  const model = "anthropic.claude-3-haiku-20240307-v1:0";
  const lanes = { claude: { models: [model], limit, maxRecords: 4, minRecords: 2 } };
  return aWorld({ settings: settings({ lanes, routes: {}, default: { model } }), ...rest });
}

/** A file of so many records, whose ids begin with a prefix. */
export function fileOf(count: number, prefix = "r"): string {
  const lines = Array.from({ length: count }, (_, n) => {
    const messages = [{ role: "user", content: `say ${prefix}${n}` }];
    const modelInput = { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages };
    return `${JSON.stringify({ recordId: `${prefix}${n}`, modelInput })}\n`;
  });
  return lines.join("");
}

/** Puts a file into the bucket and plans it; its submission's id. */
export async function drop(world: MemoryWorld, key: string, content: string): Promise<string> {
  await world.objects.put(key, content);
  await plan(world, key);
  const [newest] = (await world.store.submissions.newest(100)).items.filter((one) => one.key === key);
  if (newest === undefined) throw new Error(`${key} is no submission.`);
  return newest.submissionId;
}

/** Delivers the messages that are due, each to the move that it names, and gives those that fail to `failed`. */
export async function deliver(world: MemoryWorld, failed?: unknown[], to: World = world): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    const message = world.messages.take(world.clock.now());
    if (message === undefined) return;
    try {
      if (message.kind === "wake") await wake(to, message.lane, message.at);
      else if (message.kind === "collect") await collect(to, message.jobId, message.at);
      else await plan(to, message.key);
    } catch (error) {
      if (failed === undefined) throw error;
      failed.push(error);
    }
  }
  throw new Error("The messages never end.");
}

/** Runs Bedrock until nothing is left: every job ends, and every end brings its events. */
export async function runAll(world: MemoryWorld, end: JobEnd = {}): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const [job] = world.batch.running;
    if (job === undefined) {
      world.clock.pass(world.timings.graceMs + 1);
      await deliver(world);
      if (world.batch.running.length === 0) return;
      continue;
    }
    const event = await endJob(world, job, end);
    await advance(world, event);
    await collectEvent(world, event);
    await deliver(world);
  }
  throw new Error("The jobs never end.");
}

/** The ids of the records in an object of results or errors. */
export async function idsIn({ objects }: MemoryWorld, key: string): Promise<string[]> {
  const lines = (await objects.text(key)).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line).recordId);
}

/** Everything below `processed/`, by key. */
export async function processed({ objects }: MemoryWorld): Promise<Record<string, string>> {
  const keys = await objects.keys("processed/");
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await objects.text(key)])));
}
