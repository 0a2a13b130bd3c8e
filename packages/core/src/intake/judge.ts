import type { Problem } from "../problem.ts";
import { DEFAULT_MAX_JOB_BYTES, type LaneSettings, MOST_JOBS_OF_A_DROP, type Route } from "../settings/settings.ts";
import { filesOf, type Packing, pack, type Share } from "./packing.ts";
import type { Scanned } from "./scan.ts";
import type { Cuts } from "./strides.ts";

type ScannedRecords = Pick<Extract<Scanned, { good: number }>, "records" | "good" | "strides">;

/** One job's share of the records. */
export interface JobShare extends Share {
  /** Where its input is more than one file, the files. */
  files?: Share[];
  /** How many records of nobody's fill the job up to its lane's minimum. */
  fillers?: number;
}

/** What a file may make. */
export interface JudgeLimits {
  maxJobs: number;
  small: Route["small"];
  /** True if there is a record that can fill a job of the model's up. */
  hasFiller: boolean;
}

/** The jobs that a file's records make, or why it makes none. */
export type Judged = { shares: JobShare[] } | { shares?: undefined; problem: Problem };

/** Decides whether a file's good records can be run within the lane's limits, and in which jobs. */
export function judge(scanned: ScannedRecords, lane: JobLimits, limits: JudgeLimits): Judged {
  const { records, good, strides } = scanned;
  const { maxRecords, minRecords, maxBytes } = lane;
  const { maxJobs } = limits;
  if (good === 0)
    return refused(
      "NoGoodRecord",
      `None of the file's ${records} lines is a record that can be run. Mend them as each one's error says.`,
    );
  const pads = limits.small === "pad" && limits.hasFiller;
  if (good < minRecords && !pads) return refused("BelowMinimum", tooFew(scanned, lane, limits));
  const packing: JobPacking = strides.overflowed
    ? { failure: "tooMany" }
    : packJobs(strides.cuts(), lane, maxJobs, pads);
  if (packing.shares !== undefined) return packing;
  if (packing.failure === "tooMany")
    return refused(
      "TooManyJobs",
      `The file needs more than ${maxJobs} jobs of up to ${maxRecords} records and ${maxBytes} bytes, the most for one file of its route. Split it by lines and drop the pieces, or raise maxJobs of the route, which can be up to ${MOST_JOBS_OF_A_DROP.toLocaleString("en-US")}.`,
    );
  return refused(
    "CannotPack",
    `The file's ${good} records cannot be cut into jobs of at least ${minRecords} records, at most ${maxRecords} records and at most ${mostBytesOf(lane)} bytes. Drop them together with more or smaller records, or change the lane's limits.`,
  );
}

function tooFew({ records, good }: ScannedRecords, { minRecords }: JobLimits, { small }: JudgeLimits): string {
  const fact = `The file has ${good} records that can be run (of ${records}), and a job needs at least ${minRecords}.`;
  const pad =
    small === "pad"
      ? "No record is known that could fill a job of this model up."
      : `Set "small": "pad" on the route to have its job filled up.`;
  return `${fact} ${pad} Or drop them together with more records, or lower minRecords of the lane if your account's quota allows fewer.`;
}

type JobLimits = Pick<LaneSettings, "maxRecords" | "minRecords" | "maxBytes" | "maxJobBytes">;
type JobPacking = { shares: JobShare[] } | Extract<Packing, { failure: unknown }>;

/** A job's input is one file; only where its minimum of records does not fit into one it is several. */
function packJobs(cuts: Cuts, lane: JobLimits, maxJobs: number, pads: boolean): JobPacking {
  const single = pack(cuts, lane, maxJobs);
  if (single.shares !== undefined || single.failure !== "noCut") return single;
  if (pads) return padded(pack(cuts, { ...lane, minRecords: 1 }, maxJobs), lane);
  const several = pack(cuts, { ...lane, maxBytes: mostBytesOf(lane) }, maxJobs);
  if (several.shares === undefined) return several;
  return { shares: several.shares.map((share) => ({ ...share, files: filesOf(cuts, share, lane.maxBytes) })) };
}

/** The same jobs, each of which that is below the lane's minimum filled up to it. */
function padded(packing: Packing, { minRecords }: JobLimits): JobPacking {
  if (packing.shares === undefined) return packing;
  const fill = (share: Share) =>
    share.records < minRecords ? { ...share, fillers: minRecords - share.records } : share;
  return { shares: packing.shares.map(fill) };
}

function mostBytesOf({ maxBytes, maxJobBytes = DEFAULT_MAX_JOB_BYTES }: JobLimits): number {
  return Math.max(maxBytes, maxJobBytes);
}

function refused(code: string, message: string): Judged {
  return { problem: { code, message } };
}
