import type { EndedStatus, Jobs, NextStatus, RunningStatus } from "@sluice/core";
import { jobStatuses, rankOf } from "@sluice/core";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { aJob, anId, LATEST, START } from "../builders.ts";
import type { PortTest } from "./port-fixture.ts";

const ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghwxyz";
const running: RunningStatus[] = ["Submitted", "Validating", "Scheduled", "InProgress", "Stopping"];
const ended: EndedStatus[] = ["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"];

const { status: _, ...facts } = aJob();
const { jobId } = facts;
const firstClaim = {
  owner: "run-1",
  leaseUntil: START + 10,
  calls: 1,
  claimedAt: START,
  doubtSince: START,
  oddAnswers: 0,
};

async function aClaimedJob(jobs: Jobs): Promise<void> {
  await jobs.put(aJob());
  await jobs.takeClaim(jobId, "run-1", START, START + 10, LATEST);
}

function claimPromises(promise: PortTest<Jobs>): void {
  describe("a claim", () => {
    promise("is taken of a Pending job, and answers the job as it was", async (jobs) => {
      await jobs.put(aJob());
      expect(await jobs.takeClaim(jobId, "run-1", START, START + 10, LATEST)).toStrictEqual(aJob());
      expect(await jobs.get(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim: firstClaim });
    });

    promise("is refused while another's lease runs, and even to its owner", async (jobs) => {
      await aClaimedJob(jobs);
      expect(await jobs.takeClaim(jobId, "run-2", START + 9, START + 99, LATEST)).toBeUndefined();
      expect(await jobs.takeClaim(jobId, "run-1", START + 9, START + 99, LATEST)).toBeUndefined();
      expect(await jobs.get(jobId)).toMatchObject({ claim: firstClaim });
    });

    promise("is taken over once its lease is over, with one more call and a new doubt", async (jobs) => {
      await aClaimedJob(jobs);
      const before = await jobs.takeClaim(jobId, "run-2", START + 10, START + 20, LATEST);
      expect(before).toStrictEqual({ ...facts, status: "Claimed", claim: firstClaim });
      const claim = { ...firstClaim, owner: "run-2", leaseUntil: START + 20, calls: 2, doubtSince: START + 10 };
      expect(await jobs.get(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
    });

    promise("is refused of a job that Bedrock has, that ended, or that is not there", async (jobs) => {
      await jobs.put(aJob());
      await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(await jobs.takeClaim(jobId, "run-2", START + 99, START + 100, LATEST)).toBeUndefined();
      await jobs.bringForward(jobId, { status: "Failed", at: START, arn: ARN });
      expect(await jobs.takeClaim(jobId, "run-2", START + 99, START + 100, LATEST)).toBeUndefined();
      expect(await jobs.takeClaim(anId(5), "run-2", START, START + 100, LATEST)).toBeUndefined();
      expect(await jobs.get(anId(5))).toBeUndefined();
    });

    promise("given back is nobody's, without the doubt of an answered call", async (jobs) => {
      await aClaimedJob(jobs);
      expect(await jobs.yieldClaim(jobId, "run-1", { leaseUntil: START + 5, odd: false })).toBe(true);
      const { doubtSince: _, ...known } = firstClaim;
      const claim = { ...known, owner: "", leaseUntil: START + 5 };
      expect(await jobs.get(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
    });

    promise("given back keeps an older doubt, and counts an odd answer once", async (jobs) => {
      await aClaimedJob(jobs);
      const left = { leaseUntil: START + 5, doubtSince: START - 7, odd: true };
      expect(await jobs.yieldClaim(jobId, "run-1", left)).toBe(true);
      expect(await jobs.yieldClaim(jobId, "run-1", left)).toBe(false);
      const claim = { ...firstClaim, owner: "", leaseUntil: START + 5, doubtSince: START - 7, oddAnswers: 1 };
      expect(await jobs.get(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
      expect(await jobs.takeClaim(jobId, "run-2", START + 5, START + 9, LATEST)).toMatchObject({ claim });
      expect(await jobs.get(jobId)).toMatchObject({ claim: { calls: 2, oddAnswers: 1, claimedAt: START } });
    });

    promise("is given back only by its owner, and only while the job is Claimed", async (jobs) => {
      const left = { leaseUntil: START + 5, odd: true };
      expect(await jobs.yieldClaim(jobId, "run-1", left)).toBe(false);
      await aClaimedJob(jobs);
      expect(await jobs.yieldClaim(jobId, "run-2", left)).toBe(false);
      expect(await jobs.get(jobId)).toMatchObject({ claim: firstClaim });
      await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(await jobs.yieldClaim(jobId, "run-1", left)).toBe(false);
    });
  });
}

function forwardPromises(promise: PortTest<Jobs>): void {
  describe("a next status", () => {
    promise("of a job that is not there answers undefined and makes none", async (jobs) => {
      expect(await jobs.bringForward(jobId, { status: "Submitted", arn: ARN })).toBeUndefined();
      expect(await jobs.get(jobId)).toBeUndefined();
    });

    for (const from of ["Pending", "Claimed"] as const)
      promise(`from ${from} gives every running status its shape`, async (jobs) => {
        await jobs.put(aJob());
        if (from === "Claimed") await jobs.takeClaim(jobId, "run-1", START, START + 10, LATEST);
        for (const status of running) {
          const forwarded = { ...facts, status, arn: ARN };
          expect(await jobs.bringForward(jobId, { status, arn: ARN })).toStrictEqual(forwarded);
          expect(await jobs.get(jobId)).toStrictEqual(forwarded);
        }
      });

    promise("gives every ended status its shape, with an ARN and words or without", async (jobs) => {
      for (const [n, status] of ended.entries()) {
        const { status: _, ...own } = aJob({}, n);
        await jobs.put(aJob({}, n));
        const bare = n % 2 === 0;
        const more = bare ? {} : { arn: ARN, message: "in Bedrock's words" };
        const forwarded = await jobs.bringForward(own.jobId, { status, at: START + n, ...more });
        expect(forwarded).toStrictEqual({ ...own, status, endedAt: START + n, done: false, ...more });
        expect(await jobs.get(own.jobId)).toStrictEqual(forwarded);
      }
    });

    promise("stores an ARN only if there is none, and refuses another", async (jobs) => {
      await jobs.put(aJob());
      const submitted = await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(submitted).toMatchObject({ arn: ARN });
      expect(await jobs.bringForward(jobId, { status: "InProgress", arn: "another" })).toBeUndefined();
      expect(await jobs.bringForward(jobId, { status: "Completed", at: START, arn: "another" })).toBeUndefined();
      expect(await jobs.get(jobId)).toStrictEqual(submitted);
    });

    promise("under an ARN that must be known is refused to a job without one", async (jobs) => {
      await jobs.put(aJob());
      const next = { status: "InProgress", arn: ARN, knownArn: true } as const;
      expect(await jobs.bringForward(jobId, next)).toBeUndefined();
      await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(await jobs.bringForward(jobId, { ...next, arn: "another" })).toBeUndefined();
      expect(await jobs.bringForward(jobId, next)).toMatchObject({ status: "InProgress", arn: ARN });
    });

    promise("to an end without an ARN is refused to a job that has one", async (jobs) => {
      await jobs.put(aJob());
      const running = await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(await jobs.bringForward(jobId, { status: "Failed", at: START, message: "too late" })).toBeUndefined();
      expect(await jobs.get(jobId)).toStrictEqual(running);
    });

    promise("of an owner is refused unless that run has the claim", async (jobs) => {
      await jobs.put(aJob());
      const end = { status: "Failed", at: START, message: "refused", owner: "run-1" } as const;
      expect(await jobs.bringForward(jobId, end)).toBeUndefined();
      await jobs.takeClaim(jobId, "run-1", START, START + 10, LATEST);
      await jobs.takeClaim(jobId, "run-2", START + 10, START + 20, LATEST);
      expect(await jobs.bringForward(jobId, end)).toBeUndefined();
      expect(await jobs.get(jobId)).toMatchObject({ status: "Claimed", claim: { owner: "run-2" } });
      const failed = { ...facts, status: "Failed", endedAt: START, done: false, message: "refused" };
      expect(await jobs.bringForward(jobId, { ...end, owner: "run-2" })).toStrictEqual(failed);
    });

    promise("to where the job is, or was, changes nothing", async (jobs) => {
      await jobs.put(aJob());
      await jobs.bringForward(jobId, { status: "InProgress", arn: ARN });
      for (const status of ["Submitted", "InProgress"] as const)
        expect(await jobs.bringForward(jobId, { status, arn: "late" })).toBeUndefined();
      const end = await jobs.bringForward(jobId, { status: "Stopped", at: START, message: "first", arn: ARN });
      for (const status of ended)
        expect(
          await jobs.bringForward(jobId, { status, at: START + 1, message: "second", arn: "late" }),
        ).toBeUndefined();
      expect(await jobs.get(jobId)).toStrictEqual(end);
    });

    const anyNext: fc.Arbitrary<NextStatus> = fc.oneof(
      fc.record({ status: fc.constantFrom(...running), arn: fc.constant(ARN) }),
      fc.record({ status: fc.constantFrom(...ended), at: fc.integer({ min: 0, max: 9 }), arn: fc.constant(ARN) }),
    );
    const anyHistory = fc.array(anyNext, { minLength: 1, maxLength: 12 });

    promise("never takes a status back, in any order and repetition", async (jobs) => {
      let n = 0;
      const check = async (history: NextStatus[], atOnce: boolean) => {
        const job = aJob({}, n++);
        await jobs.put(job);
        let seen = 0;
        for (const next of atOnce ? [] : history) {
          const forwarded = await jobs.bringForward(job.jobId, next);
          const rank = rankOf((await jobs.get(job.jobId))?.status ?? "Pending");
          expect(forwarded !== undefined).toBe(rank > seen);
          expect(rank).toBe(Math.max(seen, rankOf(next.status)));
          seen = rank;
        }
        if (atOnce) await Promise.all(history.map((next) => jobs.bringForward(job.jobId, next)));
        const last = await jobs.get(job.jobId);
        expect(rankOf(last?.status ?? "Pending")).toBe(Math.max(...history.map(({ status }) => rankOf(status))));
        expect(jobStatuses).toContain(last?.status);
      };
      await fc.assert(fc.asyncProperty(anyHistory, fc.boolean(), check), { numRuns: 60 });
    });
  });
}

/** What the store promises of single jobs. */
export function jobPromises(promise: PortTest<Jobs>): void {
  describe("a job", () => {
    promise("is put once; a second put changes nothing", async (jobs) => {
      expect(await jobs.get(jobId)).toBeUndefined();
      expect(await jobs.put(aJob())).toBe(true);
      expect(await jobs.put(aJob({ lane: "nova" }))).toBe(false);
      expect(await jobs.get(jobId)).toStrictEqual(aJob());
      await jobs.bringForward(jobId, { status: "Submitted", arn: ARN });
      expect(await jobs.put(aJob())).toBe(false);
      expect(await jobs.get(jobId)).toMatchObject({ status: "Submitted" });
    });

    promise("comes back with everything it is made of", async (jobs) => {
      const optional = { timeoutHours: 48, inputEtag: '"0123abcd-2"', fillers: 70 };
      const whole = aJob({ ...optional, invocation: "Converse", rank: -12.5, slice: 1_999, inputBytes: 2 ** 40 });
      await jobs.put(whole);
      expect(await jobs.get(jobId)).toStrictEqual(whole);
    });

    promise("given in and out is a copy", async (jobs) => {
      const given = aJob();
      await jobs.put(given);
      given.lane = "changed";
      const taken = await jobs.get(jobId);
      if (taken !== undefined) taken.modelId = "changed";
      expect(await jobs.get(jobId)).toStrictEqual(aJob());
    });

    promise("has the outcome that collect learned, from its end until it is done with", async (jobs) => {
      const outcome = {
        results: 98,
        errors: 2,
        totalRecords: 100,
        inputTokens: 1_700,
        outputTokens: 0,
        endedAt: START,
        strayAnswers: 1,
        unreadableAnswers: 2,
        incomplete: "The manifest is missing.",
      };
      await jobs.recordOutcome(jobId, outcome);
      await jobs.put(aJob());
      await jobs.recordOutcome(jobId, outcome);
      expect(await jobs.get(jobId)).toStrictEqual(aJob());
      const end = await jobs.bringForward(jobId, { status: "Completed", at: START, arn: ARN });
      for (let times = 0; times < 2; times++) await jobs.recordOutcome(jobId, outcome);
      expect(await jobs.get(jobId)).toStrictEqual({ ...end, outcome });
      await jobs.markDone(jobId, true);
      await jobs.recordOutcome(jobId, { results: 0, errors: 100 });
      expect(await jobs.get(jobId)).toStrictEqual({ ...end, outcome, done: true });
    });

    promise("is done with only once it has ended, and twice is once", async (jobs) => {
      await jobs.markDone(jobId, true);
      expect(await jobs.get(jobId)).toBeUndefined();
      await aClaimedJob(jobs);
      await jobs.markDone(jobId, true);
      expect(await jobs.get(jobId)).toMatchObject({ status: "Claimed", claim: firstClaim });
      const end = await jobs.bringForward(jobId, { status: "Failed", at: START });
      for (let times = 0; times < 2; times++) await jobs.markDone(jobId, true);
      expect(await jobs.get(jobId)).toStrictEqual({ ...end, done: true });
    });
  });
  claimPromises(promise);
  forwardPromises(promise);
}
