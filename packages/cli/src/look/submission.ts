import {
  arnOf,
  ERRORS_NAME,
  hasEnded,
  type Job,
  type JobStatus,
  jobNameOf,
  type Problem,
  processedPrefix,
  RESULTS_NAME,
  SUMMARY_NAME,
  type Submission,
} from "@sluice/core";
import type { Site } from "../reach/sluice.ts";
import { findSubmission } from "./find.ts";
import { type ListedSubmission, listed } from "./submissions.ts";

const JOBS_PAGE = 100;
/** The most jobs of one submission, 2,000, in pages. */
const MOST_PAGES = 20;

interface ShownJob {
  id: string;
  part: number;
  status: JobStatus;
  records: number;
  jobName: string;
  arn?: string;
  results?: number;
  errors?: number;
  submittedAt?: string;
  endedAt?: string;
  message?: string;
}

/** All there is to say of one submission. Times are ISO; `files` are there once they are written. */
export interface ShownSubmission extends ListedSubmission {
  sizeBytes: number;
  priority: number;
  route?: string;
  problem?: Problem;
  jobs: ShownJob[];
  files?: { results: string; errors: string; summary: string };
}

/** @throws Failure if there is no such submission, or several */
export async function showSubmission(site: Site, id: string): Promise<ShownSubmission> {
  const submission = await findSubmission(site, id);
  const { sizeBytes, priority, route, problem } = submission;
  const files = await filesOf(site, submission);
  return {
    ...listed(submission),
    sizeBytes,
    priority,
    ...(route !== undefined && { route }),
    ...(problem !== undefined && { problem }),
    jobs: (await jobsOf(site, submission.submissionId)).map((job) => shownJob(job, site.stage)),
    ...(files !== undefined && { files }),
  };
}

async function jobsOf({ store }: Site, submissionId: string): Promise<Job[]> {
  const jobs: Job[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await store.jobs.ofSubmission(submissionId, JOBS_PAGE, cursor);
    jobs.push(...items);
    if (next === undefined) break;
    cursor = next;
  }
  return jobs.sort((a, b) => a.slice - b.slice);
}

function shownJob(job: Job, stage: string): ShownJob {
  const arn = arnOf(job);
  const outcome = "outcome" in job ? job.outcome : undefined;
  const endedAt = outcome?.endedAt ?? ("endedAt" in job ? job.endedAt : undefined);
  const message = "message" in job ? job.message : undefined;
  return {
    id: job.jobId,
    part: job.slice,
    status: job.status,
    records: job.recordCount,
    jobName: jobNameOf(stage, job.jobId),
    ...(arn !== undefined && { arn }),
    ...(outcome !== undefined && { results: outcome.results, errors: outcome.errors }),
    ...(outcome?.submittedAt !== undefined && { submittedAt: new Date(outcome.submittedAt).toISOString() }),
    ...(endedAt !== undefined && hasEnded(job.status) && { endedAt: new Date(endedAt).toISOString() }),
    ...(message !== undefined && { message }),
  };
}

/** Where the results of an ended submission lie. */
export async function filesOf(site: Site, submission: Submission): Promise<ShownSubmission["files"]> {
  const { status } = submission;
  if (status !== "Done" && status !== "Refused" && status !== "Stopped") return undefined;
  const folder = submission.folder ?? (await formerFolder(site, submission));
  if (folder === undefined) return undefined;
  const place = (name: string) => site.placeOf(`${folder}${name}`);
  return { results: place(RESULTS_NAME), errors: place(ERRORS_NAME), summary: place(SUMMARY_NAME) };
}

/** Earlier versions did not store the folder: it is the plain path, or the one named after its id beside another's. */
async function formerFolder({ objects }: Site, { key, submissionId }: Submission): Promise<string | undefined> {
  for (const ownsPath of [false, true]) {
    const folder = processedPrefix(key, ownsPath, submissionId);
    if ((await objects.head(`${folder}${SUMMARY_NAME}`)) !== undefined) return folder;
  }
  return undefined;
}
