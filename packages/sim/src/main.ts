import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { huntAll } from "./mutants/report.ts";
import { readable } from "./run/history.ts";
import type { Report } from "./run/run.ts";
import { shrink } from "./run/shrink.ts";
import { tell } from "./run/tell.ts";
import { runTwice } from "./run/twice.ts";
import { drawScript } from "./script/draw.ts";
import type { Script } from "./script/script.ts";

const HELP = `Runs the whole queue in a simulated world and looks for broken promises.

  pnpm sim                      100 fresh seeds
  pnpm sim --runs 1000          as many; from a fresh seed, or with --seed N from N on
  pnpm sim --seed N             one seed, with its history
  pnpm sim --script FILE        one script, as a failure prints it
  pnpm sim --level queue|whole  only jobs, or files from the drop to the results
  pnpm sim --mutants            how many runs it takes to catch the code without each of its rules

Every seed runs twice and must give the same history. Exit code 1 if a promise was broken. See docs/simulation.md.`;

const USUAL_RUNS = 100;
const MOST_SEED = 2 ** 31;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string" },
    script: { type: "string" },
    level: { type: "string" },
    mutants: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  if (values.help) return say(HELP, 0);
  const level = levelOf(values.level);
  if (values.mutants) return (await huntAll((line) => say(line, 0))) ? 0 : 1;
  if (values.script !== undefined) return one(JSON.parse(await readFile(values.script, "utf8")) as Script);
  const from = values.seed === undefined ? randomInt(MOST_SEED) : whole(values.seed, "--seed");
  if (values.seed !== undefined && values.runs === undefined) return one(drawScript(from, level));
  return many(from, values.runs === undefined ? USUAL_RUNS : whole(values.runs, "--runs"), level);
}

async function one(script: Script): Promise<number> {
  const report = await runTwice(script);
  if (report.violation !== undefined) return fails(report);
  for (const line of report.lines) say(readable(line), 0);
  return say(summary([report]), 0);
}

async function many(from: number, runs: number, level: Script["level"] | undefined): Promise<number> {
  say(`Seeds ${from} to ${from + runs - 1}`, 0);
  const reports: Report[] = [];
  for (let seed = from; seed < from + runs; seed++) {
    const report = await runTwice(drawScript(seed, level));
    if (report.violation !== undefined) return fails(report);
    reports.push({ ...report, lines: [] });
  }
  return say(summary(reports), 0);
}

async function fails(report: Report): Promise<number> {
  return say(tell(report, await shrink(report)), 1);
}

function summary(reports: readonly Report[]): string {
  const total = (of: (report: Report) => number) => reports.reduce((sum, report) => sum + of(report), 0);
  const hours = Math.round(total(({ tookMs }) => tookMs) / 3_600_000);
  const steps = total(({ steps }) => steps);
  const faults = total((report) => report.faults.length);
  return `${reports.length} runs, each twice with the same history: ${steps} steps and ${faults} faults in ${hours} simulated hours. No promise was broken.`;
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

function levelOf(level: string | undefined): Script["level"] | undefined {
  if (level === undefined || level === "queue" || level === "whole") return level;
  throw new Error(`--level is ${level}; it must be queue or whole.`);
}

function whole(text: string, name: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${name} is ${text}; it must be a whole number.`);
  return Number(text);
}
