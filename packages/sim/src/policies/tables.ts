import type { Growth } from "./history.ts";
import type { Figures } from "./trace.ts";
import type { Workload } from "./workload.ts";

export const POLICIES = ["oracle", "Sluice", "map", "scan"] as const;
type Policy = (typeof POLICIES)[number];
export interface Result {
  workload: Workload;
  figures: Record<Policy, Figures>;
}

const MINUTE_MS = 60_000;

/** The comparison's tables in Markdown. */
export function tablesOf(results: readonly Result[], growth: readonly Growth[]): string {
  return [...results.map(tableOf), growthTable(growth)].join("\n\n");
}

function tableOf({ workload, figures }: Result): string {
  const oracleMs = figures.oracle.makespanMs;
  const rows = POLICIES.map((policy) => {
    const row = figures[policy];
    const { done, utilisation, makespanMs, waitMs, bedrockCallsPerJob, readsPerJob, writesPerJob } = row;
    const hangs = done < workload.jobs.length;
    const costs = policy === "oracle" ? ["", "", ""] : [bedrockCallsPerJob, readsPerJob, writesPerJob].map(short);
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
