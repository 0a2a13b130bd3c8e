import {
  isUnfinished,
  type Submission,
  type SubmissionEvent,
  SubmissionMissing,
  type Submissions,
  submissionTransition,
} from "@sluice/core";
import fc from "fast-check";
import { aSubmission } from "../builders.ts";
import { type Doors, nextOf, plain } from "./store-transitions.ts";

const jobId = fc.constantFrom("j1", "j2");
const count = fc.integer({ min: 0, max: 6 });
const counts = plain({ records: count, results: count, errors: count });

function eventsOf(submissionId: string): fc.Arbitrary<SubmissionEvent> {
  const plan = plain({ run: fc.constantFrom("run1", "run2"), slices: count });
  const problem = plain({ code: fc.constantFrom("Empty", "JsonArray"), message: fc.constant("words") });
  const settled = plain({ results: count, errors: count });
  const folder = fc.constantFrom("processed/a/", "processed/b/");
  const status = fc.constantFrom("Done" as const, "Refused" as const);
  const end = fc
    .tuple(status, folder, counts, problem)
    .map(([to, at, of, why]) => ({ status: to, folder: at, counts: of, ...(to === "Refused" && { problem: why }) }));
  return fc.oneof<fc.Arbitrary<SubmissionEvent>[]>(
    count.map((priority) => ({ kind: "put", facts: aSubmission({ submissionId, priority }) })),
    plain({ kind: fc.constant("commitPlan"), plan, counts, openJobs: fc.uniqueArray(jobId) }),
    plain({ kind: fc.constant("commitPlan"), plan, counts, openJobs: fc.uniqueArray(jobId) }),
    plain({ kind: fc.constant("open") }),
    plain({ kind: fc.constant("refuse"), problem, counts }),
    plain({ kind: fc.constant("refuse"), problem, counts, run: fc.constantFrom("run1", "run2") }),
    plain({ kind: fc.constant("settleSlice"), jobId, settled }),
    plain({ kind: fc.constant("settleSlice"), jobId, settled }),
    plain({ kind: fc.constant("chooseFolder"), folder }),
    plain({ kind: fc.constant("finish") }),
    plain({ kind: fc.constant("finish") }),
    plain({ kind: fc.constant("takeOver"), end }),
  );
}

/** The kind of error that a call threw. */
function kindOf(error: unknown): unknown {
  return error instanceof Error ? error.constructor : error;
}

function make(submissions: Submissions, submissionId: string, event: SubmissionEvent): Promise<unknown> {
  switch (event.kind) {
    case "put":
      return submissions.put(event.facts);
    case "commitPlan":
      return submissions.commitPlan(submissionId, event.plan, event.counts, event.openJobs).catch(kindOf);
    case "open":
      return submissions.open(submissionId);
    case "refuse":
      return submissions.refuse(submissionId, event.problem, event.counts, event.run);
    case "settleSlice":
      return submissions.settleSlice(submissionId, event.jobId, event.settled).catch(kindOf);
    case "chooseFolder":
      return submissions.chooseFolder(submissionId, event.folder).catch(kindOf);
    case "finish":
      return submissions.finish(submissionId);
    case "takeOver":
      return submissions.takeOver(submissionId, event.end);
  }
}

/** How submissions change through their port. */
export const submissionDoors: Doors<Submissions, Submission, SubmissionEvent> = {
  ids: ["s1", "s2"],
  events: eventsOf,
  transition: submissionTransition,
  read: (submissions, submissionId) => submissions.get(submissionId),
  make,
  result({ kind }, before, made) {
    if (kind === "open" || kind === "refuse" || kind === "finish") return "next" in made;
    if (kind === "takeOver") return nextOf(made);
    if (kind === "chooseFolder") return (nextOf(made) ?? before)?.folder ?? SubmissionMissing;
    return nextOf(made) ?? before ?? SubmissionMissing;
  },
  pages: [
    { page: (submissions, cursor) => submissions.newest(1, cursor), holds: (rows) => rows.toReversed() },
    { page: (submissions, cursor) => submissions.unfinished(1, cursor), holds: (rows) => rows.filter(isUnfinished) },
  ],
};
