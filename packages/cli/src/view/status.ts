import { colors } from "../output.ts";

/** A status in its colour: green for what ended well, red for what did not, yellow for what ended halfway. */
export function statusWord(status: string): string {
  if (status === "Done" || status === "Completed") return colors.green(status);
  if (status === "Refused" || status === "Failed" || status === "Expired") return colors.red(status);
  if (status === "PartiallyCompleted" || status === "Stopped") return colors.yellow(status);
  return colors.cyan(status);
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
