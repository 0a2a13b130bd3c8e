import type { Problem } from "../problem.ts";
import type {
  CommittedPlan,
  Counts,
  SliceCounts,
  Submission,
  SubmissionFacts,
  TakenOver,
} from "../submission/submission.ts";
import type { Page } from "./page.ts";

/** The submissions, and whose results lie at which path. The rules are `submissionTransition`'s. */
export interface Submissions {
  /** Puts a submission in Planning if there is none of its id; the one that is there then. */
  put(facts: SubmissionFacts): Promise<Submission>;
  get(submissionId: string): Promise<Submission | undefined>;
  /** All submissions, newest first; eventually consistent. */
  newest(limit: number, cursor?: string): Promise<Page<Submission>>;
  /** Those in Planning or Open, oldest first; eventually consistent. */
  unfinished(limit: number, cursor?: string): Promise<Page<Submission>>;
  /**
   * Sets plan, counts and open jobs, if the submission is Planning and has no plan; the submission as it is then.
   * Throws a `RangeError` for more than `MOST_OPEN_JOBS`, and `SubmissionMissing` if it was never put.
   */
  commitPlan(
    submissionId: string,
    plan: CommittedPlan,
    counts: Counts,
    openJobs: readonly string[],
  ): Promise<Submission>;
  /** `Planning → Open`, if it has a plan; of several that would, one is answered true. */
  open(submissionId: string): Promise<boolean>;
  /**
   * `Planning → Refused`, if it has no plan, or only that of `run`, which is lost and goes; false if it is further on.
   */
  refuse(submissionId: string, problem: Problem, counts: Counts, run?: string): Promise<boolean>;
  /**
   * Takes the slice's job out of `openJobs` and adds its counts, once; the submission as it is then. Throws
   * `SubmissionMissing` if it was never put.
   */
  settleSlice(submissionId: string, jobId: string, settled: SliceCounts): Promise<Submission>;
  /**
   * Stores the folder of its results, if it has none; the one that it has then. Throws `SubmissionMissing` if it was
   * never put.
   */
  chooseFolder(submissionId: string, folder: string): Promise<string>;
  /** `Open → Done`, if no job of it is open; of several that would, one is answered true. */
  finish(submissionId: string): Promise<boolean>;
  /**
   * `Planning` or `Open → Done`, or `Planning → Refused` if it has no plan, without any open job: its results are in the
   * bucket already. The submission as it is then, or undefined if it is further on.
   */
  takeOver(submissionId: string, end: TakenOver): Promise<Submission | undefined>;
  /** The submission whose results lie at the plain path of this key: the first that asks, for ever. */
  claimPath(bucket: string, key: string, submissionId: string): Promise<string>;
}
