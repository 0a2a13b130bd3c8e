import { setTimeout as pause } from "node:timers/promises";
import { openRecords, type Submission } from "@sluice/core";
import { jobsOf, type ShownJob, tokensOf } from "../look/jobs.ts";
import { type ShownSubmission, shownSubmission } from "../look/submission.ts";
import type { Output } from "../output.ts";
import type { Site } from "../reach/sluice.ts";
import { progressOf } from "../view/progress.ts";
import type { DroppedFile } from "./dropped-file.ts";
import { Estimate } from "./estimate.ts";

/** A wait that has lasted is asked for less often: it costs a read of each submission. */
const PAUSE_SHARE = 0.05;
/** How many times the site's own pause that may become. */
const MOST_PAUSES = 10;
/** Every so many looks it is seen whether anybody works on the queue. */
const LOOK_EVERY_POLLS = 10;
/** Jobs are looked at for at most so many submissions, and seldom: each is asked of Bedrock. */
const MOST_IN_DETAIL = 10;
const DETAIL_EVERY_POLLS = 3;

/** A submission at its end. */
export type EndedSubmission = ShownSubmission & { file: string };

/** Waits until every submission has ended, and shows how far they are. */
export async function ended(site: Site, submitted: readonly DroppedFile[], output: Output): Promise<EndedSubmission[]> {
  const progress = progressOf(output);
  const startedAt = Date.now();
  const estimate = new Estimate();
  let detail = new Map<string, ShownJob[]>();
  try {
    for (let poll = 0; ; poll++) {
      const found = await Promise.all(submitted.map(({ id }) => site.store.submissions.get(id)));
      const known = found.filter((submission) => submission !== undefined);
      const isThrough = known.length === submitted.length && known.every(hasEnded);
      if (isThrough || poll % DETAIL_EVERY_POLLS === 0) detail = await jobsInDetail(site, known);
      const { records, done } = countsOf(known, detail);
      const elapsedMs = Date.now() - startedAt;
      const tokens = tokensOf([...detail.values()].flat());
      const remainingMs =
        known.length === submitted.length ? estimate.remainingMs(elapsedMs, done, records) : undefined;
      progress.show({
        ...{ files: submitted.length, endedFiles: known.filter(hasEnded).length, records, done, elapsedMs },
        jobs: statusesOf([...detail.values()].flat()),
        ...(remainingMs !== undefined && { remainingMs }),
        ...(tokens !== undefined && { tokens }),
      });
      if (isThrough) return await ends(site, submitted, known);
      if (poll % LOOK_EVERY_POLLS === LOOK_EVERY_POLLS - 1) await site.checkRunning();
      progress.warn(await site.trouble());
      await pause(Math.min(MOST_PAUSES * site.pollMs, Math.max(site.pollMs, elapsedMs * PAUSE_SHARE)));
    }
  } finally {
    progress.end();
  }
}

function hasEnded({ status }: Submission): boolean {
  return status !== "Planning" && status !== "Open";
}

async function jobsInDetail(site: Site, known: readonly Submission[]): Promise<Map<string, ShownJob[]>> {
  const open = known.filter(({ status }) => status === "Open").slice(0, MOST_IN_DETAIL);
  return new Map(
    await Promise.all(
      open.map(async (submission) => [submission.submissionId, await jobsOf(site, submission)] as const),
    ),
  );
}

/** Records that have their result or error, and those that Bedrock has responded to in jobs that still run. */
function countsOf(known: readonly Submission[], detail: ReadonlyMap<string, readonly ShownJob[]>) {
  let records = 0;
  let done = 0;
  for (const { submissionId, counts } of known) {
    const soFar = (detail.get(submissionId) ?? []).map((job) =>
      job.soFar === undefined ? 0 : job.soFar.results + job.soFar.errors,
    );
    records += counts.records;
    const open = openRecords(counts);
    done += counts.records - open + Math.min(open, sum(soFar));
  }
  return { records, done };
}

function statusesOf(jobs: readonly ShownJob[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { status } of jobs) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

async function ends(
  site: Site,
  submitted: readonly DroppedFile[],
  found: readonly Submission[],
): Promise<EndedSubmission[]> {
  const byId = new Map(found.map((submission) => [submission.submissionId, submission]));
  const all: EndedSubmission[] = [];
  for (const { id, file } of submitted) {
    const submission = byId.get(id);
    if (submission !== undefined) all.push({ file, ...(await shownSubmission(site, submission)) });
  }
  return all;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
