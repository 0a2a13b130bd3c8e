import { aSubmission } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { Submission, TakenOver } from "../submission/submission.ts";
import { isUnfinished } from "../submission/submission.ts";
import { checkOpenJobs, type SubmissionEvent, submissionTransition } from "./submission.ts";

const facts = aSubmission();
const plan = { run: "run1", slices: 2 };
const problem = { code: "Empty", message: "words" };
const none = { records: 0, results: 0, errors: 0 };
const counts = { records: 200, results: 10, errors: 3 };
const planning: Submission = { ...facts, status: "Planning", openJobs: new Set(), counts: none };
const planned: Submission = { ...planning, plan, counts, openJobs: new Set(["a", "b"]) };
const open: Submission = { ...planned, status: "Open" };
const refused: Submission = { ...planning, status: "Refused", problem, counts };
const emptied: Submission = { ...open, openJobs: new Set() };
const stopped: Submission = { ...emptied, status: "Stopped" };
const commit: SubmissionEvent = { kind: "commitPlan", plan, counts, openJobs: ["a", "b"] };
const refuse: SubmissionEvent = { kind: "refuse", problem, counts };
const settle: SubmissionEvent = { kind: "settleSlice", jobId: "a", settled: { results: 90, errors: 7 } };

const done: TakenOver = { status: "Done", folder: "a/", counts };
const ended: TakenOver = { status: "Refused", folder: "a/", counts, problem };

const cases: [
  given: string,
  submission: Submission | undefined,
  when: SubmissionEvent,
  then: ReturnType<typeof submissionTransition>,
][] = [
  ["none", undefined, { kind: "put", facts }, { next: planning }],
  ["the same, further on", open, { kind: "put", facts }, { refused: "exists" }],

  ["one that nobody planned", planning, commit, { next: planned }],
  ["another's plan", planned, { ...commit, plan: { run: "run2", slices: 1 } }, { refused: "planned" }],
  ["one that was refused", refused, commit, { refused: "notPlanning" }],
  ["one that is open", open, commit, { refused: "notPlanning" }],

  ["a plan", planned, { kind: "open" }, { next: open }],
  ["no plan", planning, { kind: "open" }, { refused: "notPlanned" }],
  ["one that is stopped", stopped, { kind: "open" }, { refused: "notPlanning" }],

  ["no plan", planning, refuse, { next: refused }],
  ["a plan", planned, refuse, { refused: "planned" }],
  ["a plan that is lost, with its run", planned, { ...refuse, run: "run1" }, { next: refused }],
  ["another's plan than the lost one", planned, { ...refuse, run: "run2" }, { refused: "planned" }],
  ["one that is open, whose plan is lost", open, { ...refuse, run: "run1" }, { refused: "notPlanning" }],
  ["an earlier refusal", { ...refused, problem: { code: "Other", message: "" } }, refuse, { refused: "notPlanning" }],

  [
    "an open job",
    open,
    settle,
    { next: { ...open, openJobs: new Set(["b"]), counts: { records: 200, results: 100, errors: 10 } } },
  ],
  [
    "an open job of a plan whose jobs are not all queued",
    planned,
    settle,
    { next: { ...planned, openJobs: new Set(["b"]), counts: { records: 200, results: 100, errors: 10 } } },
  ],
  ["a job that was counted", { ...open, openJobs: new Set(["b"]) }, settle, { refused: "notOpen" }],

  ["no open job", emptied, { kind: "finish" }, { next: { ...emptied, status: "Done" } }],
  ["open jobs", open, { kind: "finish" }, { refused: "jobsOpen" }],
  ["a plan that is not open yet", { ...planned, openJobs: new Set() }, { kind: "finish" }, { refused: "notOpen" }],
  ["one that is stopped", stopped, { kind: "finish" }, { refused: "notOpen" }],

  ["no folder", open, { kind: "chooseFolder", folder: "a/" }, { next: { ...open, folder: "a/" } }],
  ["a folder", { ...open, folder: "b/" }, { kind: "chooseFolder", folder: "a/" }, { refused: "chosen" }],

  ["one that is open", open, { kind: "takeOver", end: done }, { next: { ...open, ...done, openJobs: new Set() } }],
  ["one that is planned", planned, { kind: "takeOver", end: done }, { next: { ...emptied, ...done } }],
  ["one without a plan", planning, { kind: "takeOver", end: ended }, { next: { ...planning, ...ended } }],
  ["one that is planned, and a refusal", planned, { kind: "takeOver", end: ended }, { refused: "planned" }],
  ["one that is stopped", stopped, { kind: "takeOver", end: done }, { refused: "notOpen" }],
  ["one that was refused", refused, { kind: "takeOver", end: ended }, { refused: "notOpen" }],
];

describe("a submission:", () => {
  for (const [given, submission, when, then] of cases)
    test(`${when.kind}, given ${given}`, () => {
      const before = structuredClone(submission);
      expect(submissionTransition(submission, when)).toStrictEqual(then);
      expect(submission).toStrictEqual(before);
    });

  const takeOver: SubmissionEvent = { kind: "takeOver", end: done };
  const choose: SubmissionEvent = { kind: "chooseFolder", folder: "a/" };
  for (const event of [commit, { kind: "open" }, refuse, settle, choose, { kind: "finish" }, takeOver] as const)
    test(`${event.kind} makes none`, () =>
      expect(submissionTransition(undefined, event)).toStrictEqual({ refused: "noSubmission" }));

  test("is unfinished until somebody brought it to its end", () => {
    const statuses = ["Planning", "Refused", "Open", "Done", "Stopped"] as const;
    expect(statuses.filter((status) => isUnfinished({ status }))).toEqual(["Planning", "Open"]);
  });

  test("has 2,000 jobs at most, and whoever plans more is told what to do", () => {
    const jobs = Array.from({ length: 2_001 }, (_, n) => `j${n}`);
    expect(() => checkOpenJobs("s1", jobs.slice(1))).not.toThrow();
    expect(() => checkOpenJobs("s1", jobs)).toThrow(
      new RangeError("Submission s1 would have 2001 jobs; 2000 is the most. Split its file."),
    );
  });
});
