import type { Problem } from "../problem.ts";
import { type LaneSettings, MOST_JOBS_OF_A_DROP } from "../settings/settings.ts";
import { type Packing, pack, type Share } from "./packing.ts";
import type { Scanned } from "./scan.ts";

type ScannedRecords = Pick<Extract<Scanned, { good: number }>, "records" | "good" | "strides">;

/** The jobs that a file's records make, or why it makes none. */
export type Judged = { shares: Share[] } | { shares?: undefined; problem: Problem };

/** Decides whether a file's good records can be run within the lane's limits, and in which jobs. */
export function judge(
  { records, good, strides }: ScannedRecords,
  lane: Pick<LaneSettings, "maxRecords" | "minRecords" | "maxBytes">,
  maxJobs: number,
): Judged {
  const { maxRecords, minRecords, maxBytes } = lane;
  if (good === 0)
    return refused(
      "NoGoodRecord",
      `None of the file's ${records} lines is a record that can be run. Mend them as each one's error says.`,
    );
  if (good < minRecords)
    return refused(
      "BelowMinimum",
      `The file has ${good} records that can be run (of ${records}), and a job needs at least ${minRecords}. Drop them together with more records, or lower minRecords of the lane if your account's quota allows fewer.`,
    );
  const packing: Packing = strides.overflowed ? { failure: "tooMany" } : pack(strides.cuts(), lane, maxJobs);
  if (packing.shares !== undefined) return packing;
  if (packing.failure === "tooMany")
    return refused(
      "TooManyJobs",
      `The file needs more than ${maxJobs} jobs of up to ${maxRecords} records and ${maxBytes} bytes, the most for one file of its route. Split it by lines and drop the pieces, or raise maxJobs of the route, which can be up to ${MOST_JOBS_OF_A_DROP.toLocaleString("en-US")}.`,
    );
  return refused(
    "CannotPack",
    `The file's ${good} records cannot be cut into jobs of at least ${minRecords} records, at most ${maxRecords} records and at most ${maxBytes} bytes. Drop them together with more or smaller records, or change the lane's limits.`,
  );
}

function refused(code: string, message: string): Judged {
  return { problem: { code, message } };
}
