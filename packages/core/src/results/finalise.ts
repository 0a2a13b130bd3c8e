import { ERRORS_NAME, GARBLED_NAME, RESULTS_NAME, STRAYS_NAME, SUMMARY_NAME, settledKeys } from "../bucket/keys.ts";
import { jobNameOf } from "../ids.ts";
import type { EndedJob, Outcome } from "../job/job.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import { openRecords, type Submission } from "../submission/submission.ts";

const JSONL = "application/x-ndjson";
const TEXT = "application/octet-stream";
const JSON_TYPE = "application/json";

/** What the plan left for the end. */
export interface Planned {
  /** The object of the lines that the plan found broken; absent if there were none. */
  errorsKey?: string;
  /** What looked like a mistake and was run all the same; each sentence with how often, and its first lines. */
  warnings?: readonly { code: string; message: string; count: number; lines: readonly number[] }[];
  /** The stage's name, from which the names of its jobs in Bedrock follow; without it the summary leaves them out. */
  stage?: string;
}

type SettledJob = EndedJob & { outcome: Outcome };

/**
 * Writes what the user gets: `results.jsonl`, `errors.jsonl` (the plan's errors first; written even when empty), and
 * `summary.json` last, so that whoever sees the summary sees all of it. Nothing in it depends on when it is written:
 * a second run writes the same bytes.
 *
 * @param jobs every job of the submission, each with its outcome
 * @param prefix the folder of the results, ending in "/"; see `processedPrefix`
 * @throws if the counts of jobs and submission do not agree, or settled lines are missing
 */
export async function finalise(
  objects: ObjectStore,
  submission: Submission,
  jobs: readonly EndedJob[],
  planned: Planned,
  prefix: string,
): Promise<void> {
  const settled = jobs.map(withOutcome).sort((a, b) => a.slice - b.slice || (a.jobId < b.jobId ? -1 : 1));
  checkCounts(submission, settled);
  const slices = settled.map(({ submissionId, slice }) => settledKeys(submissionId, slice));
  await objects.compose(
    `${prefix}${RESULTS_NAME}`,
    slices.map(({ results }) => ({ key: results })),
    JSONL,
  );
  await objects.compose(
    `${prefix}${ERRORS_NAME}`,
    [...plannedErrors(planned), ...slices.map(({ errors }) => ({ key: errors }))],
    JSONL,
  );
  await keepTheRest(objects, settled, prefix);
  // The store says Open until this is written; a user's stop is the only other way to get here.
  const status = submission.status === "Stopped" ? "Stopped" : "Done";
  const { warnings, stage } = planned;
  await writeSummary(objects, prefix, { ...head(submission, status), warnings, ...endOf(settled, stage) });
}

/** Joins what Bedrock wrote besides: answers that belong to no record, and lines that cannot be read, if there are any. */
async function keepTheRest(objects: ObjectStore, jobs: readonly SettledJob[], prefix: string): Promise<void> {
  const keysOf = ({ submissionId, slice }: SettledJob) => settledKeys(submissionId, slice);
  const strays = jobs.filter(({ outcome }) => outcome.strayAnswers).map((job) => ({ key: keysOf(job).strays }));
  const garbled = jobs
    .filter(({ outcome }) => outcome.unreadableAnswers)
    .map((job) => ({ key: keysOf(job).unreadable }));
  if (strays.length > 0) await objects.compose(`${prefix}${STRAYS_NAME}`, strays, JSONL);
  if (garbled.length > 0) await objects.compose(`${prefix}${GARBLED_NAME}`, garbled, TEXT);
}

/**
 * The same three objects for a submission that was refused as a whole: no results, the errors that the plan found
 * before it gave up, and the problem in the summary.
 */
export async function finaliseRefused(
  objects: ObjectStore,
  submission: Submission & { problem: Problem },
  planned: Planned,
  prefix: string,
): Promise<void> {
  await objects.compose(`${prefix}${RESULTS_NAME}`, [], JSONL);
  await objects.compose(`${prefix}${ERRORS_NAME}`, plannedErrors(planned), JSONL);
  const { code, message } = submission.problem;
  const { warnings } = planned;
  await writeSummary(objects, prefix, {
    ...head(submission, "Refused"),
    problem: { code, message },
    warnings,
    jobs: [],
  });
}

function plannedErrors({ errorsKey }: Planned): Piece[] {
  return errorsKey === undefined ? [] : [{ key: errorsKey }];
}

function withOutcome(job: EndedJob): SettledJob {
  const { outcome } = job;
  if (outcome === undefined)
    throw new Error(`Job ${job.jobId} of submission ${job.submissionId} has no outcome yet. Collect it first.`);
  return { ...job, outcome };
}

/** A summary that does not add up would hide a lost record: better none than that one. */
function checkCounts(submission: Submission, jobs: readonly SettledJob[]): void {
  const { counts, submissionId, plan } = submission;
  const results = sum(jobs.map(({ outcome }) => outcome.results));
  const errors = sum(jobs.map(({ outcome }) => outcome.errors));
  const complete = plan === undefined || jobs.length >= plan.slices;
  if (openRecords(counts) === 0 && counts.results === results && counts.errors >= errors && complete) return;
  throw new Error(
    `Submission ${submissionId} does not add up: it has ${counts.records} records, ${counts.results} results and ` +
      `${counts.errors} errors in ${plan?.slices ?? jobs.length} jobs; the ${jobs.length} settled jobs have ${results} ` +
      `results and ${errors} errors. Its results were not joined; look at its jobs, then collect it again.`,
  );
}

/** What the summary says of the submission; `undefined` members are left out by JSON. */
function head(submission: Submission, status: "Done" | "Stopped" | "Refused") {
  const { submissionId, key, etag, lastModified, modelId, lane, route, counts } = submission;
  return {
    submissionId,
    status,
    key,
    etag,
    lastModified: iso(lastModified),
    model: modelId,
    lane,
    route,
    counts: { records: counts.records, results: counts.results, errors: counts.errors },
  };
}

/** What the summary says of the jobs. Times are Bedrock's own; where it never gave one there is none. */
function endOf(jobs: readonly SettledJob[], stage: string | undefined) {
  return {
    tokens: tokensOf(jobs),
    fillers: fillersOf(jobs),
    strayAnswers: sum(known(jobs.map(({ outcome }) => outcome.strayAnswers))) || undefined,
    unreadableAnswers: sum(known(jobs.map(({ outcome }) => outcome.unreadableAnswers))) || undefined,
    submittedAt: iso(least(jobs.map(({ outcome }) => outcome.submittedAt))),
    endedAt: iso(most(jobs.map(({ outcome }) => outcome.endedAt))),
    jobs: jobs.map(({ jobId, arn, status, recordCount, fillers, message, outcome }) => ({
      jobId,
      arn,
      jobName: stage === undefined ? undefined : jobNameOf(stage, jobId),
      status,
      records: recordCount,
      results: outcome.results,
      errors: outcome.errors,
      fillers,
      submittedAt: iso(outcome.submittedAt),
      endedAt: iso(outcome.endedAt),
      message,
      incomplete: outcome.incomplete,
    })),
  };
}

function tokensOf(jobs: readonly SettledJob[]): { input?: number; output?: number } | undefined {
  const input = known(jobs.map(({ outcome }) => outcome.inputTokens));
  const output = known(jobs.map(({ outcome }) => outcome.outputTokens));
  if (input.length === 0 && output.length === 0) return undefined;
  return {
    ...(input.length === 0 ? {} : { input: sum(input) }),
    ...(output.length === 0 ? {} : { output: sum(output) }),
  };
}

/** What the minimum of a job cost: the records that only filled jobs up, and their tokens, which `tokens` has too. */
function fillersOf(jobs: readonly SettledJob[]) {
  const records = sum(known(jobs.map(({ fillers }) => fillers)));
  if (records === 0) return undefined;
  const input = known(jobs.map(({ outcome }) => outcome.fillerInputTokens));
  const output = known(jobs.map(({ outcome }) => outcome.fillerOutputTokens));
  return {
    records,
    ...(input.length === 0 ? {} : { inputTokens: sum(input) }),
    ...(output.length === 0 ? {} : { outputTokens: sum(output) }),
  };
}

async function writeSummary(objects: ObjectStore, prefix: string, summary: object): Promise<void> {
  const writer = objects.writer(`${prefix}${SUMMARY_NAME}`, JSON_TYPE);
  try {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(summary, undefined, 2)}\n`));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const numbers = known(values);
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const numbers = known(values);
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
