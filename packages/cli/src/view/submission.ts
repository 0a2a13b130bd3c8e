import { printable } from "@sluice/core";
import type { ShownError } from "../look/errors.ts";
import type { ShownJob } from "../look/jobs.ts";
import type { ShownSubmission } from "../look/submission.ts";
import { colors } from "../output.ts";
import { plainTable } from "./plain-table.ts";
import { endWord, sizeWord, statusWord, timeWord, tokensWord } from "./status.ts";

const LABEL_CHARS = 11;

/** One submission on a sheet. */
export function submissionSheet(shown: ShownSubmission): string {
  const { id, key, model, lane, route, priority, sizeBytes, droppedAt, submittedAt, endedAt } = shown;
  const { records, results, errors, open, problem, warnings, tokens, jobs, files } = shown;
  const facts: [string, string][] = [
    ["file", `${printable(key)} (${sizeWord(sizeBytes)}, dropped ${timeWord(droppedAt)} UTC)`],
    ["submission", id],
    ["status", endWord(shown)],
    [
      "model",
      `${model} (lane ${lane}, ${route === undefined ? "default route" : `route ${route}`}, priority ${priority})`,
    ],
    ["records", `${records} = ${results} results + ${errors} errors + ${open} open`],
  ];
  if (submittedAt !== undefined)
    facts.push(["time", `${timeWord(submittedAt)} to ${endedAt === undefined ? "now" : `${timeWord(endedAt)} UTC`}`]);
  if (tokens !== undefined) facts.push(["tokens", tokensWord(tokens)]);
  const fillers = jobs.reduce((sum, job) => sum + (job.fillers ?? 0), 0);
  if (fillers > 0)
    facts.push(["fillers", `${fillers} records of nobody's fill jobs up to the least that Bedrock takes`]);
  for (const warning of warnings) facts.push(["warning", colors.yellow(printable(warning))]);
  if (problem !== undefined) facts.push(["problem", `${colors.red(problem.code)}: ${printable(problem.message)}`]);
  if (files !== undefined) facts.push(["results", files.results], ["errors", files.errors], ["summary", files.summary]);
  const sheet = facts.map(([name, value]) => `${colors.dim(name.padEnd(LABEL_CHARS))} ${value}`);
  if (shown.firstErrors.length > 0) sheet.push("", ...errorLines(shown.firstErrors, errors));
  if (jobs.length > 0) sheet.push("", jobsTable(jobs));
  return sheet.join("\n");
}

/** The first errors, each on a line; the last line says how many there are besides. */
export function errorLines(errors: readonly ShownError[], all: number): string[] {
  const lines = errors.map(({ line, recordId, code, message }) => {
    const where = [line === undefined ? [] : `line ${line}`, recordId === undefined ? [] : printable(recordId)].flat();
    return `${where.join(", ")}: ${colors.red(code)} ${printable(message)}`;
  });
  return all > errors.length ? [...lines, `… and ${all - errors.length} more errors`] : lines;
}

function jobsTable(jobs: readonly ShownJob[]): string {
  const table = plainTable(
    [
      { head: "JOB", right: true },
      "STATUS",
      ...["RECORDS", "RESULTS", "ERRORS"].map((head) => ({ head, right: true as const })),
      ...["SUBMITTED (UTC)", "ENDED (UTC)", "ARN"],
    ],
    jobs.map((job) => [
      ...[job.part + 1, jobWord(job), job.records],
      ...[countWord(job.results, job.soFar?.results), countWord(job.errors, job.soFar?.errors)],
      ...[timeWord(job.submittedAt), timeWord(job.endedAt), job.arn ?? `(will be ${job.jobName})`],
    ]),
  );
  return [table, ...jobMessages(jobs)].join("\n");
}

/** What Bedrock said of the jobs, and what there is to say of their output, each sentence once. */
function jobMessages(jobs: readonly ShownJob[]): string[] {
  const jobsOf = new Map<string, number[]>();
  for (const { part, message, output } of jobs)
    for (const words of [message, output]) if (words) jobsOf.set(words, [...(jobsOf.get(words) ?? []), part + 1]);
  return [...jobsOf].map(([words, [first = 0, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return `job ${first}${more}: ${printable(words)}`;
  });
}

/** A job of which nothing came back did not go well, whatever Bedrock calls its end. */
function jobWord({ status, results, errors = 0 }: ShownJob): string {
  return results === 0 && errors > 0 ? colors.red(`${status}, all errors`) : statusWord(status);
}

/** A count, or what Bedrock says of a job that runs, with an ellipsis: it grows. */
function countWord(settled: number | undefined, soFar: number | undefined): string {
  return settled !== undefined ? String(settled) : soFar === undefined ? "" : `${soFar}…`;
}
