import { printable } from "@sluice/core";
import type { Listing } from "../look/submissions.ts";
import type { Site } from "../reach/sluice.ts";
import { plainTable } from "./plain-table.ts";
import { statusWord, timeWord } from "./status.ts";

/** The submissions of a site, one a line. */
export function submissionsTable({ submissions, more }: Listing, site: Site): string {
  if (submissions.length === 0)
    return `Nothing was dropped yet. Try: sluice submit FILE, or copy one into ${site.placeOf("to-process/")}`;
  const table = plainTable(
    [
      ...["ID", "FILE", "STATUS"],
      ...["RECORDS", "RESULTS", "ERRORS", "OPEN"].map((head) => ({ head, right: true as const })),
      ...["LANE", "DROPPED (UTC)"],
    ],
    submissions.map(({ id, key, status, records, results, errors, open, lane, droppedAt }) => [
      ...[id, printable(key.slice("to-process/".length)), statusWord(status), records, results, errors, open, lane],
      timeWord(droppedAt),
    ]),
  );
  return more ? `${table}\n… and older ones` : table;
}
