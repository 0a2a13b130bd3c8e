import { derivedUlid, type PendingJob, parseSettings, type Settings } from "@sluice/core";
import { BEGIN, HOUR_MS, type JobScript, type LaneScript, type Script } from "./script.ts";

/** Few, so that small drops make several jobs. */
export const MOST_RECORDS_A_JOB = 4;
const PRIORITY_STEP_MS = 6 * HOUR_MS;

/** The jobs that are put together: those of one lane and one time. */
export function groups(jobs: readonly JobScript[]): Iterable<JobScript[]> {
  const found = new Map<string, JobScript[]>();
  for (const job of jobs) {
    const key = `${job.lane} ${job.atMs}`;
    found.set(key, [...(found.get(key) ?? []), job]);
  }
  return found.values();
}

/** The id of a job of a script. */
export function idOf({ name, atMs }: JobScript): string {
  return derivedUlid(BEGIN + atMs, "sim", name);
}

/** The row of a job that waits. */
export function pendingOf(job: JobScript, { lanes }: Script): PendingJob {
  const jobId = idOf(job);
  const enqueuedAt = Math.round(BEGIN + job.atMs);
  return {
    jobId,
    submissionId: derivedUlid(BEGIN, "none"),
    slice: 0,
    lane: job.lane,
    modelId: lanes.find(({ name }) => name === job.lane)?.modelId ?? "",
    invocation: "InvokeModel",
    inputKey: `staging/${job.name}/input.jsonl`,
    inputBytes: 20_000,
    recordCount: 100,
    outputPrefix: `staging/${job.name}/out/`,
    rank: enqueuedAt - job.priority * PRIORITY_STEP_MS,
    enqueuedAt,
    status: "Pending",
  };
}

/** The settings of a stage with these lanes; each has a route by the name that it has in the script. */
export function settingsOf(script: Script, lanes: readonly LaneScript[]): Settings {
  const rows = lanes.map(({ name, modelId, limit }) => [
    name,
    { models: [modelId], limit, minRecords: script.minRecords ?? 1, maxRecords: MOST_RECORDS_A_JOB },
  ]);
  const routes = script.lanes.map(({ name, modelId }) => [name, { model: modelId, small: "pad" }]);
  const settings = {
    lanes: Object.fromEntries(rows),
    routes: Object.fromEntries(routes),
    default: { model: lanes[0]?.modelId },
  };
  return parseSettings(settings, "the script");
}
