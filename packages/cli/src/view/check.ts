import type { FileCheck, Told } from "@sluice/core";
import { colors } from "../output.ts";

/** What is wrong with one file. */
export type CheckedFile = Pick<FileCheck, "counts" | "jobs" | "problem" | "faults" | "warnings"> & {
  file: string;
  model: string;
  ok: boolean;
  errors: { line?: number; recordId?: string; code: string; message: string }[];
};

/** What is wrong with a file, each sentence once, on a line that begins as compilers' do. */
export function checkReport({ file, model, ok, counts, jobs, problem, faults, warnings }: CheckedFile): string {
  const lines = [
    ...faults.map((fault) => toldLine(file, fault, colors.red)),
    ...warnings.map((warning) => toldLine(file, warning, colors.yellow)),
  ];
  if (problem !== undefined) lines.push(`${file}: ${colors.red(problem.code)} ${problem.message}`);
  else if (ok) lines.push(`${file}: ${colors.green("ok")} ${counts.records} records in ${jobsWord(jobs)} of ${model}`);
  else
    lines.push(
      `${file}: ${counts.records - counts.errors} of ${counts.records} records can be run, in ${jobsWord(jobs)} of ${model}`,
    );
  return lines.join("\n");
}

function toldLine(file: string, { code, message, count, lines }: Told, color: (text: string) => string): string {
  const [first, ...rest] = lines;
  const at = first === undefined ? file : `${file}:${first}`;
  if (count <= 1) return `${at}: ${color(code)} ${message}`;
  const others = rest.length === 0 ? "" : `: ${rest.join(", ")}${count > lines.length ? ", …" : ""}`;
  return `${at}: ${color(code)} ${message} (and ${count - 1} more${others})`;
}

function jobsWord(jobs: number): string {
  return jobs === 1 ? "1 job" : `${jobs} jobs`;
}
