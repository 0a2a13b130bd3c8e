import { type LogEntry, printable } from "@sluice/core";
import { colors } from "../output.ts";

/** One log entry as a line; undefined for what is no news. */
export function logLine(entry: LogEntry, at: number): string | undefined {
  // A sweep that found something to do has said so.
  if (entry.event === "swept") return undefined;
  const { level, event, lane, jobId, submissionId, key, status, count, message } = entry;
  const time = new Date(at).toISOString().slice(11, 23);
  const facts = [
    key,
    key === undefined ? submissionId : undefined,
    jobId === undefined ? undefined : `job ${jobId}`,
    status,
    lane === undefined ? undefined : `lane ${lane}`,
    count === undefined ? undefined : `(${count})`,
    message,
  ].filter((fact) => fact !== undefined);
  const name = level === "error" ? colors.red(event) : level === "warn" ? colors.yellow(event) : event;
  return `${colors.dim(time)} ${name} ${printable(facts.join(" "))}`;
}
