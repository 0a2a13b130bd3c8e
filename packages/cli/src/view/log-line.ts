import { type LogEntry, printable } from "@sluice/core";
import { colors } from "../output.ts";

/** One log entry as a line, names before ids; undefined for what is no news. */
export function logLine(entry: LogEntry, at: number, name = entry.key): string | undefined {
  // A sweep that found something to do has said so.
  if (entry.event === "swept") return undefined;
  const { level, event, lane, jobId, submissionId, status, count, message } = entry;
  const facts = [
    name,
    status,
    lane === undefined ? undefined : `lane ${lane}`,
    count === undefined ? undefined : `(${count})`,
    message,
    name === undefined && submissionId !== undefined ? `submission ${submissionId}` : undefined,
    jobId === undefined ? undefined : `job ${jobId}`,
  ].filter((fact) => fact !== undefined);
  const shown = level === "error" ? colors.red(event) : level === "warn" ? colors.yellow(event) : event;
  return timed(at, `${shown} ${facts.map(lineOf).join(" ")}`);
}

/** A line with its time in front. */
export function timed(at: number, line: string): string {
  return `${colors.dim(new Date(at).toISOString().slice(11, 19))} ${line}`;
}

/** Words of ours may have several lines; what is foreign in each may not. */
function lineOf(fact: string): string {
  return fact.split("\n").map(printable).join("\n  ");
}
