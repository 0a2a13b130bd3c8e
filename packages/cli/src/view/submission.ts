import { printable } from "@sluice/core";
import type { ShownSubmission } from "../look/submission.ts";
import { colors } from "../output.ts";
import { plainTable } from "./plain-table.ts";
import { sizeWord, statusWord, timeWord } from "./status.ts";

/** One submission on a sheet. */
export function submissionSheet(shown: ShownSubmission): string {
  const { id, key, status, model, lane, route, priority, sizeBytes, droppedAt } = shown;
  const { records, results, errors, open, problem, jobs, files } = shown;
  const facts: [string, string][] = [
    ["submission", id],
    ["file", `${printable(key)} (${sizeWord(sizeBytes)}, dropped ${timeWord(droppedAt)} UTC)`],
    ["status", statusWord(status)],
    [
      "model",
      `${model} (lane ${lane}, ${route === undefined ? "default route" : `route ${route}`}, priority ${priority})`,
    ],
    ["records", `${records} = ${results} results + ${errors} errors + ${open} open`],
  ];
  if (problem !== undefined) facts.push(["problem", `${colors.red(problem.code)}: ${printable(problem.message)}`]);
  if (files !== undefined) facts.push(["results", files.results], ["errors", files.errors], ["summary", files.summary]);
  const sheet = facts.map(([name, value]) => `${colors.dim(name.padEnd(11))} ${value}`);
  if (jobs.length > 0) sheet.push("", jobsTable(jobs));
  return sheet.join("\n");
}

function jobsTable(jobs: ShownSubmission["jobs"]): string {
  const table = plainTable(
    [
      { head: "JOB", right: true },
      "STATUS",
      ...["RECORDS", "RESULTS", "ERRORS"].map((head) => ({ head, right: true as const })),
      ...["SUBMITTED (UTC)", "ENDED (UTC)", "ARN"],
    ],
    jobs.map(({ part, status, records, results, errors, submittedAt, endedAt, arn, jobName }) => [
      ...[part + 1, statusWord(status), records, results ?? "", errors ?? ""],
      ...[timeWord(submittedAt), timeWord(endedAt), arn ?? `(will be ${jobName})`],
    ]),
  );
  return [table, ...jobMessages(jobs)].join("\n");
}

/** What Bedrock said of the jobs, each sentence once. */
function jobMessages(jobs: ShownSubmission["jobs"]): string[] {
  const jobsOf = new Map<string, number[]>();
  for (const { part, message } of jobs) if (message) jobsOf.set(message, [...(jobsOf.get(message) ?? []), part + 1]);
  return [...jobsOf].map(([message, [first = 0, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return `job ${first}${more}: ${printable(message)}`;
  });
}
