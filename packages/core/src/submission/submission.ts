import type { InvocationType } from "../model/invocation.ts";
import type { Problem } from "../problem.ts";
import { MOST_JOBS_OF_A_DROP } from "../settings/settings.ts";

export type SubmissionStatus =
  /** Being read and prepared. Left by plan; after a crash by the message's redelivery or the sweep. */
  | "Planning"
  /** Not usable; its problem tells why. Left by nobody. */
  | "Refused"
  /** Its jobs are queued or running. Left by the collect that settles the last of their records. */
  | "Open"
  /** Every record has a result or an error. Left by nobody. */
  | "Done"
  /** Stopped by its user. Left by nobody. */
  | "Stopped";

/** What a user dropped, and how it is to be run; it never changes. */
export interface SubmissionFacts {
  submissionId: string;
  bucket: string;
  key: string;
  etag: string;
  /** Epoch milliseconds. */
  lastModified: number;
  sizeBytes: number;
  /** When Sluice first saw it, in epoch milliseconds. */
  seenAt: number;
  /** The route's folder; undefined for the default route. */
  route?: string;
  lane: string;
  modelId: string;
  invocation: InvocationType;
  timeoutHours?: number;
  /** 0 to 9; higher goes first. */
  priority: number;
}

/** The run whose prepared files count, once one has won the commit. */
export interface CommittedPlan {
  run: string;
  /** How many slices it makes of the submission: one for each job. */
  slices: number;
}

/** Where the records stand: `records = results + errors + open`. */
export interface Counts {
  records: number;
  results: number;
  errors: number;
}

/** How the records of one slice ended. */
export interface SliceCounts {
  results: number;
  errors: number;
}

export interface Submission extends SubmissionFacts {
  status: SubmissionStatus;
  plan?: CommittedPlan;
  /** The jobs whose records are not settled. */
  openJobs: ReadonlySet<string>;
  counts: Counts;
  problem?: Problem;
  /** The folder of its results, ending in "/"; absent until it is chosen, and in rows of earlier versions. */
  folder?: string;
}

/** How a submission ended whose results were in the bucket already, as its summary there says. */
export interface TakenOver {
  status: "Done" | "Refused";
  folder: string;
  counts: Counts;
  /** There for a refused one, and only for it. */
  problem?: Problem;
}

/** The most jobs of one submission that can be open: all that a drop can make. */
export const MOST_OPEN_JOBS = MOST_JOBS_OF_A_DROP;

/** True for a submission that somebody has yet to bring to its end. */
export function isUnfinished({ status }: Pick<Submission, "status">): boolean {
  return status === "Planning" || status === "Open";
}

/** How many records have neither a result nor an error yet. */
export function openRecords(counts: Counts): number {
  return counts.records - counts.results - counts.errors;
}
