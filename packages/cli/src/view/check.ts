import type { FileCheck } from "@sluice/core";
import { colors } from "../output.ts";

/** What is wrong with one file. */
export type CheckedFile = Pick<FileCheck, "counts" | "jobs" | "problem"> & {
  file: string;
  model: string;
  ok: boolean;
  /** What is odd although it can be run, in words. */
  warning?: string;
  errors: { line?: number; recordId?: string; code: string; message: string }[];
};

/** What is wrong with a file, each thing on a line that begins as compilers' do. */
export function checkReport({ file, model, ok, warning, counts, jobs, problem, errors }: CheckedFile): string {
  const lines = errors.map(
    ({ line, code, message }) => `${file}${line === undefined ? "" : `:${line}`}: ${colors.red(code)} ${message}`,
  );
  if (warning !== undefined) lines.push(`${file}: ${colors.yellow("warning")} ${warning}`);
  const untold = counts.errors - errors.length;
  if (untold > 0) lines.push(`${file}: … and ${untold} more broken lines`);
  if (problem !== undefined) lines.push(`${file}: ${colors.red(problem.code)} ${problem.message}`);
  else if (ok) lines.push(`${file}: ${colors.green("ok")} ${counts.records} records in ${jobsWord(jobs)} of ${model}`);
  else
    lines.push(
      `${file}: ${counts.records - counts.errors} of ${counts.records} records can be run, in ${jobsWord(jobs)} of ${model}`,
    );
  return lines.join("\n");
}

function jobsWord(jobs: number): string {
  return jobs === 1 ? "1 job" : `${jobs} jobs`;
}
