import type { Growth } from "./history.ts";
import type { PolicyFigures } from "./trace.ts";
import type { Workload } from "./workload.ts";

const POLICIES = ["oracle", "bound", "Sluice", "map", "scan"] as const;
type Policy = (typeof POLICIES)[number];
export interface Result {
  workload: Workload;
  figures: Record<Policy, PolicyFigures>;
}

const MINUTE_MS = 60_000;

/** A workload whose title says how quick its events are, and what was made of it. */
export interface Speed {
  workload: Workload;
  figures: Record<"oracle" | "bound" | "Sluice", PolicyFigures>;
}

/** The comparison's tables in Markdown. */
export function tablesOf(results: readonly Result[], speeds: readonly Speed[], growth: readonly Growth[]): string {
  return [...results.map(tableOf), speedTable(speeds), growthTable(growth)].join("\n\n");
}

function tableOf({ workload, figures }: Result): string {
  const oracleMs = figures.oracle.makespanMs;
  const rows = POLICIES.map((policy) => {
    const row = figures[policy];
    const { done, utilisation, makespanMs, waitMs, bedrockCallsPerJob, readsPerJob, writesPerJob } = row;
    const hangs = done < workload.jobs.length;
    const isIdeal = policy === "oracle" || policy === "bound";
    const costs = isIdeal ? ["", "", ""] : [bedrockCallsPerJob, readsPerJob, writesPerJob].map(short);
    return [
      policy,
      hangs ? `**hangs after ${done.toLocaleString("en")}**` : "all",
      utilisation.toFixed(4),
      hangs ? "∞" : (makespanMs / oracleMs).toFixed(4),
      minutes(waitMs.p50),
      minutes(waitMs.p95),
      ...costs,
    ];
  });
  const head = ["policy", "jobs done", "utilisation", "makespan ÷ oracle's", "wait p50", "wait p95"];
  const costs = ["Bedrock calls a job", "read units a job", "write units a job"];
  return `**${workload.title}**\n\n${markdown([...head, ...costs], rows)}`;
}

function speedTable(speeds: readonly Speed[]): string {
  const rows = speeds.map(({ workload: { title }, figures: { oracle, bound, Sluice } }) => [
    title,
    ...[bound, Sluice].map(({ utilisation }) => utilisation.toFixed(4)),
    ...[bound, Sluice].map(({ makespanMs }) => (makespanMs / oracle.makespanMs).toFixed(4)),
  ]);
  const makespan = "makespan ÷ oracle's";
  const head = ["an event takes", "utilisation: bound", "Sluice", `${makespan}: bound`, "Sluice"];
  return `**1,000 jobs of 3–8 minutes on 10 slots, by the speed of events**\n\n${markdown(head, rows)}`;
}

function growthTable(growth: readonly Growth[]): string {
  const rows = growth.map(({ endedJobs, isMeasured, job, sweep, scan }) => [
    endedJobs.toLocaleString("en"),
    short(job),
    short(sweep),
    short(scan),
    isMeasured ? "measured" : "computed",
  ]);
  const head = ["ended jobs in the table", "Sluice, a job", "Sluice, a sweep", "scan, each 15 minutes", ""];
  return `**Request units beside a growing history**\n\n${markdown(head, rows)}`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, n) => (n === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function minutes(ms: number): string {
  return `${(ms / MINUTE_MS).toLocaleString("en", { maximumFractionDigits: 1 })} min`;
}

function short(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}
