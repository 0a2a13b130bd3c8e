import {
  type EndedStatus,
  isEnded,
  type Job,
  type JobEvent,
  type Jobs,
  jobTransition,
  type NextStatus,
  type RunningStatus,
} from "@sluice/core";
import fc from "fast-check";
import { aJob } from "../builders.ts";
import { type Doors, nextOf, plain } from "./store-transitions.ts";

const SUBMISSIONS = ["s1", "s2"];
const PAGE = 1;

const time = fc.integer({ min: 0, max: 6 });
const owner = fc.constantFrom("run1", "run1", "run2");
const arn = fc.constantFrom("arn1", "arn2");

const running = plain({
  status: fc.constantFrom<RunningStatus>("Submitted", "Validating", "InProgress", "Stopping"),
  arn,
});
const ended: fc.Arbitrary<NextStatus> = plain(
  { status: fc.constantFrom<EndedStatus>("Completed", "Failed", "Expired"), at: time, message: owner, arn, owner },
  ["status", "at"],
);
const known = fc.oneof(
  plain({ status: fc.constantFrom<RunningStatus>("Submitted", "InProgress"), arn, knownArn: fc.constant(true) }),
  plain({ status: fc.constantFrom<EndedStatus>("Completed", "Failed"), at: time, arn, knownArn: fc.constant(true) }),
);
const left = plain({ leaseUntil: time, odd: fc.boolean(), doubtSince: time, absentSince: time }, ["leaseUntil", "odd"]);
const outcome = plain({ results: time, errors: time, inputTokens: time }, ["results", "errors"]);

function eventsOf(jobId: string): fc.Arbitrary<JobEvent> {
  const put = fc
    .constantFrom(...SUBMISSIONS)
    .map((submissionId) => aJob({ jobId, submissionId, timeoutHours: 24, inputEtag: "etag", fillers: 70 }));
  return fc.oneof<fc.Arbitrary<JobEvent>[]>(
    plain({ kind: fc.constant("put"), job: put }),
    plain({ kind: fc.constant("put"), job: put }),
    plain({ kind: fc.constant("takeClaim"), owner, now: time, leaseUntil: time, latest: time }),
    plain({ kind: fc.constant("takeClaim"), owner, now: time, leaseUntil: time, latest: time }),
    plain({ kind: fc.constant("yieldClaim"), owner, left }),
    plain({ kind: fc.constant("bringForward"), to: fc.oneof(running, running, ended) }),
    plain({ kind: fc.constant("bringForward"), to: known }),
    plain({ kind: fc.constant("moveTo"), lane: fc.constantFrom("claude", "haiku") }),
    plain({ kind: fc.constant("recordOutcome"), outcome }),
    plain({ kind: fc.constant("recordOutcome"), outcome }),
    plain({ kind: fc.constant("markDone") }),
  );
}

function make(jobs: Jobs, jobId: string, event: JobEvent): Promise<unknown> {
  switch (event.kind) {
    case "put":
      return jobs.put(event.job);
    case "takeClaim":
      return jobs.takeClaim(jobId, event.owner, event.now, event.leaseUntil, event.latest);
    case "yieldClaim":
      return jobs.yieldClaim(jobId, event.owner, event.left);
    case "moveTo":
      return jobs.moveTo(jobId, event.lane);
    case "bringForward":
      return jobs.bringForward(jobId, event.to);
    case "recordOutcome":
      return jobs.recordOutcome(jobId, event.outcome);
    case "markDone":
      return jobs.markDone(jobId, true);
  }
}

/** How jobs change through their port. */
export const jobDoors: Doors<Jobs, Job, JobEvent> = {
  ids: ["j1", "j2"],
  events: eventsOf,
  transition: jobTransition,
  read: (jobs, jobId) => jobs.get(jobId),
  make,
  result({ kind }, before, made) {
    if (kind === "put" || kind === "yieldClaim") return "next" in made;
    if (kind === "takeClaim") return "next" in made ? before : undefined;
    return kind === "bringForward" ? nextOf(made) : undefined;
  },
  pages: [
    ...SUBMISSIONS.map((submissionId) => ({
      page: (jobs: Jobs, cursor?: string) => jobs.ofSubmission(submissionId, PAGE, cursor),
      holds: (rows: readonly Job[]) => rows.filter((job) => job.submissionId === submissionId),
    })),
    {
      page: (jobs, cursor) => jobs.uncollected(PAGE, cursor),
      holds: (rows) => rows.filter((job) => isEnded(job) && !job.done),
    },
  ],
};
