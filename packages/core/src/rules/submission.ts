import type { Problem } from "../problem.ts";
import type {
  CommittedPlan,
  Counts,
  SliceCounts,
  Submission,
  SubmissionFacts,
  TakenOver,
} from "../submission/submission.ts";
import { isUnfinished, MOST_OPEN_JOBS } from "../submission/submission.ts";
import type { Transition } from "./transition.ts";

/** What can happen to a submission. */
export type SubmissionEvent =
  | { kind: "put"; facts: SubmissionFacts }
  | { kind: "commitPlan"; plan: CommittedPlan; counts: Counts; openJobs: readonly string[] }
  | { kind: "open" }
  /** `run` is that of a plan which is lost, with everything that it prepared. */
  | { kind: "refuse"; problem: Problem; counts: Counts; run?: string }
  | { kind: "settleSlice"; jobId: string; settled: SliceCounts }
  | { kind: "chooseFolder"; folder: string }
  | { kind: "finish" }
  | { kind: "takeOver"; end: TakenOver };

type Refusal =
  /** There is none of this id. */
  | "noSubmission"
  /** It was put before. */
  | "exists"
  /** It is further on. */
  | "notPlanning"
  /** A plan was committed, and it is the one that counts. */
  | "planned"
  | "notPlanned"
  /** Its records were counted before, or are not this submission's. */
  | "notOpen"
  /** Jobs of it are open. */
  | "jobsOpen"
  /** It has a folder for its results, for ever. */
  | "chosen";

/** What an event makes of a submission. */
export function submissionTransition(
  submission: Submission | undefined,
  event: SubmissionEvent,
): Transition<Submission, Refusal> {
  if (event.kind === "put") return submission === undefined ? { next: fresh(event.facts) } : { refused: "exists" };
  if (submission === undefined) return { refused: "noSubmission" };
  switch (event.kind) {
    case "commitPlan": {
      const { plan, counts, openJobs } = event;
      return unplanned(submission, { plan, counts, openJobs: new Set(openJobs) });
    }
    case "open":
      if (submission.status !== "Planning") return { refused: "notPlanning" };
      return submission.plan ? { next: { ...submission, status: "Open" } } : { refused: "notPlanned" };
    case "refuse": {
      const { plan, ...bare } = submission;
      const left = plan !== undefined && plan.run === event.run ? { ...bare, openJobs: new Set<string>() } : submission;
      return unplanned(left, { status: "Refused", problem: event.problem, counts: event.counts });
    }
    case "settleSlice":
      return settleSlice(submission, event.jobId, event.settled);
    case "chooseFolder":
      if (submission.folder !== undefined) return { refused: "chosen" };
      return { next: { ...submission, folder: event.folder } };
    case "takeOver":
      return takeOver(submission, event.end);
    case "finish":
      if (submission.status !== "Open") return { refused: "notOpen" };
      return submission.openJobs.size === 0 ? { next: { ...submission, status: "Done" } } : { refused: "jobsOpen" };
  }
}

/** Throws a `RangeError` for a plan of more jobs than a submission can have. */
export function checkOpenJobs(submissionId: string, openJobs: readonly string[]): void {
  if (openJobs.length > MOST_OPEN_JOBS)
    throw new RangeError(
      `Submission ${submissionId} would have ${openJobs.length} jobs; ${MOST_OPEN_JOBS} is the most. Split its file.`,
    );
}

function fresh(facts: SubmissionFacts): Submission {
  return { ...facts, status: "Planning", openJobs: new Set(), counts: { records: 0, results: 0, errors: 0 } };
}

/** Of a plan and a refusal the first counts: whoever comes later is told what was decided. */
function unplanned(submission: Submission, decided: Partial<Submission>): Transition<Submission, Refusal> {
  if (submission.status !== "Planning") return { refused: "notPlanning" };
  return submission.plan ? { refused: "planned" } : { next: { ...submission, ...decided } };
}

/** Its results are in the bucket although the table does not know: an earlier state of the table was brought back. */
function takeOver(submission: Submission, end: TakenOver): Transition<Submission, Refusal> {
  if (!isUnfinished(submission)) return { refused: "notOpen" };
  if (end.status === "Refused" && submission.plan !== undefined) return { refused: "planned" };
  return { next: { ...submission, ...end, openJobs: new Set() } };
}

function settleSlice(submission: Submission, jobId: string, settled: SliceCounts): Transition<Submission, Refusal> {
  if (!submission.openJobs.has(jobId)) return { refused: "notOpen" };
  const openJobs = new Set([...submission.openJobs].filter((open) => open !== jobId));
  const { records, results, errors } = submission.counts;
  const counts = { records, results: results + settled.results, errors: errors + settled.errors };
  return { next: { ...submission, openJobs, counts } };
}
