import logUpdate from "log-update";
import { colors, type Output } from "../output.ts";

const BAR_CHARS = 30;

/** How far files are. `records` grows while files are still being read. */
export interface Progress {
  files: number;
  endedFiles: number;
  records: number;
  settledRecords: number;
}

/** Shows progress: a bar where a person watches, a line at every change where not. */
export function progressOf(output: Output): { show: (progress: Progress) => void; end: () => void } {
  if (output.isTerminal)
    return { show: (progress) => logUpdate(`${barOf(progress)} ${wordsOf(progress)}`), end: () => logUpdate.done() };
  let last = "";
  return {
    show: (progress) => {
      const words = wordsOf(progress);
      if (words !== last) output.note(words);
      last = words;
    },
    end: () => {},
  };
}

function barOf({ records, settledRecords }: Progress): string {
  const done = records === 0 ? 0 : Math.floor((settledRecords / records) * BAR_CHARS);
  return colors.green("█".repeat(done)) + colors.dim("░".repeat(BAR_CHARS - done));
}

function wordsOf({ files, endedFiles, records, settledRecords }: Progress): string {
  return `${settledRecords} of ${records} records, ${endedFiles} of ${files} files settled`;
}
