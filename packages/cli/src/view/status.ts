import { colors } from "../output.ts";

/** A status in its colour: green for what ended well, red for what did not, yellow for what ended halfway. */
export function statusWord(status: string): string {
  if (status === "Done" || status === "Completed") return colors.green(status);
  if (status === "Refused" || status === "Failed" || status === "Expired") return colors.red(status);
  if (status === "PartiallyCompleted" || status === "Stopped") return colors.yellow(status);
  return colors.cyan(status);
}

/** How a submission stands: one that is done, but not well, says so. */
export function endWord({ status, results, errors }: { status: string; results: number; errors: number }): string {
  if (status !== "Done" || errors === 0) return statusWord(status);
  return results === 0 ? colors.red("Done, all errors") : colors.yellow("Done, with errors");
}

/** Tokens as people read them. */
export function tokensWord({ input, output }: { input: number; output: number }): string {
  return `${input.toLocaleString("en")} in, ${output.toLocaleString("en")} out`;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;

/** A span of time in its two largest units. */
export function spanWord(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min ${seconds % MINUTE_S} s`;
  return `${Math.floor(seconds / HOUR_S)} h ${Math.floor((seconds % HOUR_S) / MINUTE_S)} min`;
}

/** An ISO time as people read it, in UTC to the second. */
export function timeWord(iso: string | undefined): string {
  return iso === undefined ? "" : iso.slice(0, 19).replace("T", " ");
}

const STEP = 1_000;

/** Bytes in the largest unit that leaves a number of 1 or more. */
export function sizeWord(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  for (; size >= STEP && unit < units.length - 1; unit++) size /= STEP;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
