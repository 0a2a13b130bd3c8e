import {
  arnOf,
  awaitedOutput,
  hasEnded,
  isEnded,
  type Job,
  type JobStatus,
  jobNameOf,
  type Outcome,
  type Submission,
} from "@sluice/core";
import type { Site } from "../reach/sluice.ts";

const JOBS_PAGE = 100;
/** The most jobs of one submission, 2,000, in pages. */
const MOST_PAGES = 20;
/** How many running jobs Bedrock is asked for: a lane seldom has more slots. */
const MOST_ASKED = 20;

/** Tokens as far as they are known: of the jobs whose output is collected. */
export interface Tokens {
  input: number;
  output: number;
}

/** A job as it is shown. Times are ISO; `soFar` is what Bedrock says of one that runs, up to a minute old. */
export interface ShownJob {
  id: string;
  part: number;
  status: JobStatus;
  records: number;
  /** How many records of nobody's fill it up to the least that Bedrock takes. */
  fillers?: number;
  jobName: string;
  arn?: string;
  results?: number;
  errors?: number;
  soFar?: { results: number; errors: number };
  tokens?: Tokens;
  submittedAt?: string;
  endedAt?: string;
  message?: string;
  /** Why its records are not settled though it has ended, or were settled on less than its output promised. */
  output?: string;
}

/** Every job of a submission, in its order, the running ones with what Bedrock says of them now. */
export async function jobsOf(site: Site, { submissionId }: Submission): Promise<ShownJob[]> {
  const jobs: Job[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await site.store.jobs.ofSubmission(submissionId, JOBS_PAGE, cursor);
    jobs.push(...items);
    if (next === undefined) break;
    cursor = next;
  }
  const shown: ShownJob[] = [];
  for (const job of jobs.sort((a, b) => a.slice - b.slice)) {
    const output = await outputWords(site, job);
    shown.push({ ...shownJob(job, site.stage), ...(output !== undefined && { output }) });
  }
  const running = shown.filter(({ status, arn }) => arn !== undefined && !hasEnded(status)).slice(0, MOST_ASKED);
  await Promise.all(running.map((job) => addProgress(site, job)));
  return shown;
}

/** What there is to say of an ended job's output: that it is waited for, and why, or that it never was all there. */
async function outputWords({ objects }: Site, job: Job): Promise<string | undefined> {
  if (!isEnded(job)) return undefined;
  const { done, outcome } = job;
  if (outcome?.incomplete !== undefined) return `settled on an output that was not all there: ${outcome.incomplete}`;
  if (done || outcome !== undefined) return undefined;
  const missing = await awaitedOutput(objects, job);
  return missing === undefined
    ? "its output is still to be read"
    : `its output is not all there: ${missing}. An hour after its end it is settled on what there is`;
}

/** The tokens of all jobs that are known; undefined if none is. */
export function tokensOf(jobs: readonly ShownJob[]): Tokens | undefined {
  const known = jobs.flatMap(({ tokens }) => tokens ?? []);
  if (known.length === 0) return undefined;
  return known.reduce((all, { input, output }) => ({ input: all.input + input, output: all.output + output }));
}

/** When the first job was submitted, and, where all have ended, when the last one did; ISO. */
export function timesOf(jobs: readonly ShownJob[]): { submittedAt?: string; endedAt?: string } {
  const submitted = jobs.flatMap(({ submittedAt }) => submittedAt ?? []).sort();
  const ended = jobs.flatMap(({ endedAt }) => endedAt ?? []).sort();
  const [first, last] = [submitted[0], ended.length === jobs.length ? ended.at(-1) : undefined];
  return { ...(first !== undefined && { submittedAt: first }), ...(last !== undefined && { endedAt: last }) };
}

async function addProgress(site: Site, job: ShownJob): Promise<void> {
  if (job.arn === undefined) return;
  const seen = await site.bedrockJob(job.arn);
  if (seen === undefined) return;
  const { processedRecords = 0, errorRecords = 0, submittedAt } = seen;
  // What fills a job up is counted with the rest.
  const results = Math.min(job.records, Math.max(0, processedRecords - errorRecords));
  job.soFar = { results, errors: Math.min(job.records, errorRecords) };
  if (submittedAt !== undefined) job.submittedAt ??= new Date(submittedAt).toISOString();
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
    ...(job.fillers !== undefined && { fillers: job.fillers }),
    ...(arn !== undefined && { arn }),
    ...(outcome !== undefined && outcomeShown(outcome)),
    ...(endedAt !== undefined && hasEnded(job.status) && { endedAt: new Date(endedAt).toISOString() }),
    ...(message !== undefined && { message }),
  };
}

function outcomeShown({ results, errors, inputTokens, outputTokens, submittedAt }: Outcome): Partial<ShownJob> {
  const hasTokens = inputTokens !== undefined || outputTokens !== undefined;
  return {
    results,
    errors,
    ...(hasTokens && { tokens: { input: inputTokens ?? 0, output: outputTokens ?? 0 } }),
    ...(submittedAt !== undefined && { submittedAt: new Date(submittedAt).toISOString() }),
  };
}
