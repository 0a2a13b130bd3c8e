import { colors } from "../output.ts";
import { plainTable } from "../view/plain-table.ts";
import { endWord } from "../view/status.ts";
import type { RunFigures } from "./figures.ts";
import type { Accident } from "./files.ts";

/** What became of one file. */
export interface FileReport {
  file: string;
  lane: string;
  jobs: number;
  records: number;
  results: number;
  errors: number;
  status: string;
  accident?: Accident;
}

/** What the demo has to say at its end. */
export interface DemoReport {
  files: FileReport[];
  records: { dropped: number; results: number; errors: number };
  figures: RunFigures;
  lostEventRepairedMs?: number;
  elapsedMs: number;
  processed: string;
  /** What is not accounted for; empty if all is well. */
  problems: string[];
}

const ACCIDENTS: Record<Accident, string> = {
  jobFails: "its job failed in Bedrock",
  eventIsLost: "the event of its end was lost",
  modelRefusesTwo: "the model refused two records",
  brokenLines: "has broken lines",
  isSplit: "too large for one job, so it was split",
};

/** The report as people read it. */
export function reportText(report: DemoReport): string {
  const { files, records, figures, lostEventRepairedMs, elapsedMs, processed, problems } = report;
  const table = plainTable(
    [
      ...["FILE", "LANE"],
      ...["JOBS", "RECORDS", "RESULTS", "ERRORS"].map((head) => ({ head, right: true as const })),
      ...["STATUS", ""],
    ],
    files.map(({ file, lane, jobs, records: count, results, errors, status, accident }) => [
      ...[file, lane, jobs, count, results, errors, endWord({ status, results, errors })],
      accident === undefined ? "" : ACCIDENTS[accident],
    ]),
  );
  const jobs = Object.entries(figures.jobs).map(([status, count]) => `${count} ${status}`);
  const { dropped, results, errors } = records;
  const lines = [
    ["records", `${dropped} dropped = ${results} results + ${errors} errors, counted in the result files`],
    ["jobs", jobs.join(", ")],
    ["slots", `${(figures.utilisation * 100).toFixed(1)} % taken while work waited`],
    [
      "refill",
      `p50 ${figures.refillP50Ms} ms, p95 ${figures.refillP95Ms} ms from the event of an end to the next Create (${figures.refills} refills)`,
    ],
    [
      "lost event",
      lostEventRepairedMs === undefined
        ? "not repaired"
        : `repaired after ${(lostEventRepairedMs / 1_000).toFixed(1)} s by the listing that rides on another event, or the sweep`,
    ],
    ["time", `${(elapsedMs / 1_000).toFixed(1)} s`],
    ["results", processed],
  ].map(([name = "", value]) => `${colors.dim(name.padEnd(10))} ${value}`);
  const verdict =
    problems.length === 0
      ? colors.green("Every record is accounted for.")
      : [colors.red("Not every record is accounted for:"), ...problems].join("\n  ");
  return ["", table, "", ...lines, "", verdict].join("\n");
}
