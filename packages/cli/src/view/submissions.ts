import { printable } from "@sluice/core";
import type { ListedSubmission, Listing } from "../look/submissions.ts";
import type { Site } from "../reach/sluice.ts";
import { plainTable } from "./plain-table.ts";
import { endWord, timeWord } from "./status.ts";
import { screenWidth, shortened, widthOf } from "./text.ts";

/** A screen has the head, the line about older ones and the next prompt besides. */
const OTHER_LINES = 4;
const LEAST_ROWS = 5;
/** What is left of a file's name where the screen is narrow. */
const LEAST_NAME_CHARS = 8;
/** The first letters of an id are its time: fewer than these say nothing. */
const LEAST_ID_CHARS = 10;

type Row = (string | number)[];

/** How many submissions a screen shows. */
export function fittingRows(): number {
  return Math.max(LEAST_ROWS, (process.stdout.rows ?? 0) - OTHER_LINES);
}

/**
 * The submissions of a site, one a line, within the screen's width.
 *
 * @param width the columns of the screen; any number into a pipe
 * @param filters what the call was narrowed by, for the command that goes on with older ones
 */
export function submissionsTable(
  { submissions, more }: Listing,
  site: Pick<Site, "command" | "placeOf">,
  filters: string,
  width = screenWidth(),
): string {
  const last = submissions.at(-1);
  if (last === undefined)
    return more || filters !== ""
      ? "No submission fits."
      : `Nothing was dropped yet. Try: ${site.command("submit FILE")}, or copy one into ${site.placeOf("to-process/")}`;
  const table = fitting(submissions, width);
  return more ? `${table}\nOlder ones: ${site.command(`ls${filters} --before ${last.id}`)}` : table;
}

/** The table whole; on a narrow screen first without lanes and times, then with shorter ids and names. */
function fitting(submissions: readonly ListedSubmission[], width: number): string {
  const whole = tableOf(submissions, { wide: true });
  if (tableWidth(whole) <= width) return whole;
  const idChars = shortestIds(submissions.map(({ id }) => id));
  const narrow = tableOf(submissions, { wide: false, idChars });
  const over = tableWidth(narrow) - width;
  if (over <= 0) return narrow;
  const longest = Math.max(...submissions.map(({ key }) => widthOf(nameOf(key))));
  return tableOf(submissions, { wide: false, idChars, nameChars: Math.max(LEAST_NAME_CHARS, longest - over) });
}

function tableOf(
  submissions: readonly ListedSubmission[],
  { wide, idChars, nameChars }: { wide: boolean; idChars?: number; nameChars?: number },
): string {
  const numbers = ["RECORDS", "RESULTS", "ERRORS", "OPEN"].map((head) => ({ head, right: true as const }));
  return plainTable(
    ["FILE", "STATUS", ...numbers, ...(wide ? ["LANE", "DROPPED (UTC)"] : []), "ID"],
    submissions.map(
      ({ id, key, status, records, results, errors, open, lane, droppedAt }): Row => [
        nameChars === undefined ? nameOf(key) : shortened(nameOf(key), nameChars),
        ...[endWord({ status, results, errors }), records, results, errors, open],
        ...(wide ? [lane, timeWord(droppedAt)] : []),
        id.slice(0, idChars),
      ],
    ),
  );
}

function nameOf(key: string): string {
  return printable(key.slice("to-process/".length));
}

/** How many first letters tell these ids from each other. */
function shortestIds(ids: readonly string[]): number {
  const sorted = [...ids].sort();
  const shared = sorted.slice(1).map((id, index) => sharedChars(id, sorted[index] ?? ""));
  return Math.max(LEAST_ID_CHARS, ...shared.map((chars) => chars + 1));
}

function sharedChars(a: string, b: string): number {
  let chars = 0;
  while (chars < a.length && a[chars] === b[chars]) chars++;
  return chars;
}

function tableWidth(table: string): number {
  return Math.max(...table.split("\n").map(widthOf));
}
