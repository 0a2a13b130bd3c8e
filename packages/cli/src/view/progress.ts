import { printable } from "@sluice/core";
import logUpdate from "log-update";
import type { Tokens } from "../look/jobs.ts";
import { colors, type Output } from "../output.ts";
import { spanWord, tokensWord } from "./status.ts";

const BAR_CHARS = 30;

/** How far files are. `records` grows while files are still being read. */
interface Progress {
  files: number;
  endedFiles: number;
  records: number;
  /** Records that were responded to, also where their job still runs. */
  done: number;
  elapsedMs: number;
  remainingMs?: number;
  /** Jobs of what is open, by status. */
  jobs: Readonly<Record<string, number>>;
  tokens?: Tokens;
}

/** Shows progress, and warnings beside it, until it ends. */
export interface ShownProgress {
  show(progress: Progress): void;
  /** What keeps it from going on, once for as long as it lasts; undefined where nothing does. */
  warn(warning: string | undefined): void;
  end(): void;
}

/** Shows progress: a bar where a person watches, a line at every change where not. */
export function progressOf(output: Output): ShownProgress {
  let warned: string | undefined;
  const warn = (warning: string | undefined) => {
    if (warning !== undefined && warned === undefined) output.note(colors.yellow(`warning: ${printable(warning)}`));
    if (warning === undefined && warned !== undefined) output.note("The responder answers again.");
    warned = warning;
  };
  if (output.isTerminal) {
    return {
      show: (progress) => logUpdate(`${barOf(progress)} ${wordsOf(progress)}\n${colors.dim(timesOf(progress))}`),
      warn: (warning) => {
        if ((warning === undefined) !== (warned === undefined)) logUpdate.clear();
        warn(warning);
      },
      end: () => logUpdate.done(),
    };
  }
  let last = "";
  return {
    show: (progress) => {
      const words = wordsOf(progress);
      if (words !== last) output.note(`${words}; ${timesOf(progress)}`);
      last = words;
    },
    warn,
    end: () => {},
  };
}

function barOf({ records, done }: Progress): string {
  const full = records === 0 ? 0 : Math.floor((done / records) * BAR_CHARS);
  return colors.green("█".repeat(full)) + colors.dim("░".repeat(BAR_CHARS - full));
}

function wordsOf({ files, endedFiles, records, done }: Progress): string {
  return `${done} of ${records} records, ${endedFiles} of ${files} files settled`;
}

function timesOf({ elapsedMs, remainingMs, jobs, tokens }: Progress): string {
  const counted = Object.entries(jobs).map(([status, count]) => `${count} ${status}`);
  return [
    spanWord(elapsedMs),
    ...(remainingMs === undefined ? [] : [`about ${spanWord(remainingMs)} left`]),
    ...(counted.length === 0 ? [] : [`jobs: ${counted.join(", ")}`]),
    ...(tokens === undefined ? [] : [`tokens: ${tokensWord(tokens)}`]),
  ].join(", ");
}
