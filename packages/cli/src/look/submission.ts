import {
  ERRORS_NAME,
  laneOfModel,
  type Problem,
  processedPrefix,
  RESULTS_NAME,
  SUMMARY_NAME,
  type Submission,
} from "@sluice/core";
import type { Site } from "../reach/sluice.ts";
import { firstErrors, type ShownError } from "./errors.ts";
import { findSubmission } from "./find.ts";
import { jobsOf, type ShownJob, type Tokens, timesOf, tokensOf } from "./jobs.ts";
import { routeWarning } from "./route-folder.ts";
import { type ListedSubmission, listed } from "./submissions.ts";

/** All there is to say of one submission. Times are ISO; `files` are there once they are written. */
export interface ShownSubmission extends ListedSubmission {
  sizeBytes: number;
  priority: number;
  problem?: Problem;
  /** What is odd about it, or keeps it from going on, in words. */
  warnings: string[];
  tokens?: Tokens;
  submittedAt?: string;
  endedAt?: string;
  firstErrors: ShownError[];
  jobs: ShownJob[];
  files?: { results: string; errors: string; summary: string };
}

/** @throws Failure if there is no such submission, or several */
export async function showSubmission(site: Site, id: string): Promise<ShownSubmission> {
  return shownSubmission(site, await findSubmission(site, id));
}

/** A submission with its jobs, its errors and its files. */
export async function shownSubmission(site: Site, submission: Submission): Promise<ShownSubmission> {
  const { sizeBytes, priority, problem } = submission;
  const jobs = await jobsOf(site, submission);
  const tokens = tokensOf(jobs);
  const prefix = await prefixOf(site, submission);
  const place = (name: string) => site.placeOf(`${prefix}${name}`);
  return {
    ...listed(submission),
    sizeBytes,
    priority,
    ...(problem !== undefined && { problem }),
    warnings: await warningsOf(site, submission, jobs),
    ...(tokens !== undefined && { tokens }),
    ...timesOf(jobs),
    firstErrors: await firstErrors(site, submission, jobs, prefix),
    jobs,
    ...(prefix !== undefined && {
      files: { results: place(RESULTS_NAME), errors: place(ERRORS_NAME), summary: place(SUMMARY_NAME) },
    }),
  };
}

async function warningsOf(site: Site, submission: Submission, jobs: readonly ShownJob[]): Promise<string[]> {
  const { key, route, status } = submission;
  const isUnderWay = status === "Planning" || status === "Open";
  const warnings = [
    route === undefined ? routeWarning(site.settings, key) : undefined,
    isUnderWay ? laneWarning(site, submission, jobs) : undefined,
    isUnderWay ? await site.trouble() : undefined,
  ];
  return warnings.filter((warning) => warning !== undefined);
}

/** That jobs wait for a lane which nobody has: settings that were deployed since have their model no more. */
function laneWarning({ settings }: Site, { modelId }: Submission, jobs: readonly ShownJob[]): string | undefined {
  const waiting = jobs.filter(({ status }) => status === "Pending" || status === "Claimed").length;
  if (waiting === 0 || laneOfModel(settings, modelId) !== undefined) return undefined;
  const [wait, they] = waiting === 1 ? ["1 job waits", "it runs"] : [`${waiting} jobs wait`, "they run"];
  return `${wait}, and the model ${modelId} is in no lane of the settings. Add it to a lane and ${they}; or drop the records again under another model.`;
}

/** Where the results of an ended submission lie. */
async function prefixOf(site: Site, submission: Submission): Promise<string | undefined> {
  const { status } = submission;
  if (status !== "Done" && status !== "Refused" && status !== "Stopped") return undefined;
  return submission.folder ?? (await formerFolder(site, submission));
}

/** Earlier versions did not store the folder: it is the plain path, or the one named after its id beside another's. */
async function formerFolder({ objects }: Site, { key, submissionId }: Submission): Promise<string | undefined> {
  for (const ownsPath of [false, true]) {
    const folder = processedPrefix(key, ownsPath, submissionId);
    if ((await objects.head(`${folder}${SUMMARY_NAME}`)) !== undefined) return folder;
  }
  return undefined;
}
