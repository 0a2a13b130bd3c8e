import { aJob } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { Claim, ClaimedJob, EndedJob, Job, RunningJob } from "../job/job.ts";
import { type JobEvent, jobTransition } from "./job.ts";

const pending = aJob({ timeoutHours: 24, inputEtag: "etag1" });
const { status: _, ...facts } = pending;
const claim: Claim = { owner: "run1", leaseUntil: 50, calls: 2, claimedAt: 1, doubtSince: 40, oddAnswers: 3 };
const claimed: ClaimedJob = { ...facts, status: "Claimed", claim };
const running: RunningJob = { ...facts, status: "Scheduled", arn: "arn1" };
const ended: EndedJob = { ...facts, status: "Failed", endedAt: 60, done: false };
const take: JobEvent = { kind: "takeClaim", owner: "run2", now: 50, leaseUntil: 90, latest: 80 };
const end = { status: "Failed", at: 60 } as const;
const outcome = { results: 1, errors: 2 };
const { timeoutHours: __, inputEtag: ___, ...withoutTimeout } = pending;

const cases: [given: string, job: Job | undefined, when: JobEvent, then: ReturnType<typeof jobTransition>][] = [
  ["no job", undefined, { kind: "put", job: pending }, { next: pending }],
  ["the same job further on", running, { kind: "put", job: pending }, { refused: "exists" }],

  [
    "a Pending job, its first call",
    pending,
    take,
    {
      next: {
        ...facts,
        status: "Claimed",
        claim: { owner: "run2", leaseUntil: 90, calls: 1, claimedAt: 50, doubtSince: 50, oddAnswers: 0 },
      },
    },
  ],
  [
    "a job without a timeout or an etag of its input, it gets none",
    withoutTimeout,
    { kind: "bringForward", to: { status: "Submitted", arn: "arn1" } },
    { next: { ...withoutTimeout, status: "Submitted", arn: "arn1" } },
  ],
  [
    "a claim whose lease is over, one more call and a new doubt",
    claimed,
    take,
    { next: { ...claimed, claim: { ...claim, owner: "run2", leaseUntil: 90, calls: 3, doubtSince: 50 } } },
  ],
  [
    "a claim whose lease was given by a clock that is far ahead",
    { ...claimed, claim: { ...claim, leaseUntil: 81, absentSince: 45 } },
    take,
    { next: { ...claimed, claim: { ...claim, owner: "run2", leaseUntil: 90, calls: 3, doubtSince: 50 } } },
  ],
  [
    "a claim whose lease ends when the longest one would",
    { ...claimed, claim: { ...claim, leaseUntil: 80 } },
    take,
    { refused: "leased" },
  ],
  ["any job, its lane", running, { kind: "moveTo", lane: "nova" }, { next: { ...running, lane: "nova" } }],
  ["a claim whose lease runs", { ...claimed, claim: { ...claim, leaseUntil: 51 } }, take, { refused: "leased" }],
  ["a job that Bedrock has", running, take, { refused: "furtherOn" }],
  ["a job that has ended", ended, take, { refused: "furtherOn" }],

  [
    "its owner, the claim is nobody's and without doubt",
    claimed,
    { kind: "yieldClaim", owner: "run1", left: { leaseUntil: 70, odd: false } },
    { next: { ...claimed, claim: { owner: "", leaseUntil: 70, calls: 2, claimedAt: 1, oddAnswers: 3 } } },
  ],
  [
    "its owner, an older doubt stays and an odd answer counts",
    claimed,
    { kind: "yieldClaim", owner: "run1", left: { leaseUntil: 70, doubtSince: 30, odd: true } },
    { next: { ...claimed, claim: { ...claim, owner: "", leaseUntil: 70, doubtSince: 30, oddAnswers: 4 } } },
  ],
  [
    "another's claim",
    claimed,
    { kind: "yieldClaim", owner: "run2", left: { leaseUntil: 70, odd: true } },
    { refused: "notOwner" },
  ],
  [
    "no claim",
    pending,
    { kind: "yieldClaim", owner: "", left: { leaseUntil: 70, odd: true } },
    { refused: "notOwner" },
  ],

  [
    "a Pending job, Bedrock has it",
    pending,
    { kind: "bringForward", to: { status: "Submitted", arn: "arn1" } },
    { next: { ...facts, status: "Submitted", arn: "arn1" } },
  ],
  [
    "a claimed job, Bedrock has it and the claim is gone",
    claimed,
    { kind: "bringForward", to: { status: "InProgress", arn: "arn1" } },
    { next: { ...facts, status: "InProgress", arn: "arn1" } },
  ],
  [
    "a running job, it goes on under its ARN",
    running,
    { kind: "bringForward", to: { status: "InProgress", arn: "arn1", knownArn: true } },
    { next: { ...running, status: "InProgress" } },
  ],
  [
    "a running job, what has another ARN is not ours",
    running,
    { kind: "bringForward", to: { status: "InProgress", arn: "arn2" } },
    { refused: "otherArn" },
  ],
  [
    "a Pending job, an ARN that nobody has compared",
    pending,
    { kind: "bringForward", to: { ...end, arn: "arn1", knownArn: true } },
    { refused: "noArn" },
  ],
  [
    "the same status",
    running,
    { kind: "bringForward", to: { status: "Scheduled", arn: "arn1" } },
    { refused: "furtherOn" },
  ],
  [
    "an earlier status",
    running,
    { kind: "bringForward", to: { status: "Submitted", arn: "arn1" } },
    { refused: "furtherOn" },
  ],
  ["an end, no other", ended, { kind: "bringForward", to: { ...end, status: "Completed" } }, { refused: "furtherOn" }],
  [
    "a running job, it ends under its ARN and with Bedrock's words",
    running,
    { kind: "bringForward", to: { ...end, arn: "arn1", message: "words" } },
    { next: { ...ended, arn: "arn1", message: "words" } },
  ],
  [
    "a running job, no end under another ARN",
    running,
    { kind: "bringForward", to: { ...end, arn: "arn2" } },
    { refused: "otherArn" },
  ],
  ["a job that Bedrock has, no end of ours", running, { kind: "bringForward", to: end }, { refused: "hasArn" }],
  ["a Pending job, an end without ARN and words", pending, { kind: "bringForward", to: end }, { next: ended }],
  [
    "a Pending job, an end with an ARN",
    pending,
    { kind: "bringForward", to: { ...end, arn: "arn1" } },
    { next: { ...ended, arn: "arn1" } },
  ],
  ["a claim, an end from its owner", claimed, { kind: "bringForward", to: { ...end, owner: "run1" } }, { next: ended }],
  ["a claim, an end from nobody in particular", claimed, { kind: "bringForward", to: end }, { next: ended }],
  [
    "a claim, an end from another",
    claimed,
    { kind: "bringForward", to: { ...end, owner: "run2" } },
    { refused: "notOwner" },
  ],
  [
    "no claim, an end from an owner",
    pending,
    { kind: "bringForward", to: { ...end, owner: "run1" } },
    { refused: "notOwner" },
  ],

  ["an ended job", ended, { kind: "recordOutcome", outcome }, { next: { ...ended, outcome } }],
  [
    "an outcome, the last one counts",
    { ...ended, outcome: { results: 0, errors: 0 } },
    { kind: "recordOutcome", outcome },
    { next: { ...ended, outcome } },
  ],
  ["a job that is done with", { ...ended, done: true }, { kind: "recordOutcome", outcome }, { refused: "done" }],
  ["a running job", running, { kind: "recordOutcome", outcome }, { refused: "notEnded" }],

  ["an ended job", { ...ended, outcome }, { kind: "markDone" }, { next: { ...ended, outcome, done: true } }],
  ["a job that is done with", { ...ended, done: true }, { kind: "markDone" }, { next: { ...ended, done: true } }],
  ["a running job", running, { kind: "markDone" }, { refused: "notEnded" }],
];

describe("a job:", () => {
  for (const [given, job, when, then] of cases)
    test(`${when.kind}, given ${given}`, () => {
      const before = structuredClone(job);
      expect(jobTransition(job, when)).toStrictEqual(then);
      expect(job).toStrictEqual(before);
    });

  const others: JobEvent[] = [
    take,
    { kind: "yieldClaim", owner: "", left: { leaseUntil: 70, odd: true } },
    { kind: "bringForward", to: end },
    { kind: "recordOutcome", outcome },
    { kind: "markDone" },
  ];
  for (const event of others)
    test(`${event.kind} makes none`, () => expect(jobTransition(undefined, event)).toStrictEqual({ refused: "noJob" }));
});
