import type { EndedStatus, JobMove, JobStore, RunningStatus } from "@sluice/core";
import { jobStatuses, rankOf } from "@sluice/core";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { aJob, anId, START } from "../builders.ts";
import type { StoreTest } from "./store-fixture.ts";

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

async function aClaimedJob(store: JobStore): Promise<void> {
  await store.putJob(aJob());
  await store.takeClaim(jobId, "run-1", START, START + 10);
}

function claimConformance(promise: StoreTest): void {
  describe("a claim", () => {
    promise("is taken of a Pending job, and answers the job as it was", async (store) => {
      await store.putJob(aJob());
      expect(await store.takeClaim(jobId, "run-1", START, START + 10)).toStrictEqual(aJob());
      expect(await store.job(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim: firstClaim });
    });

    promise("is refused while another's lease runs, and even to its owner", async (store) => {
      await aClaimedJob(store);
      expect(await store.takeClaim(jobId, "run-2", START + 9, START + 99)).toBeUndefined();
      expect(await store.takeClaim(jobId, "run-1", START + 9, START + 99)).toBeUndefined();
      expect(await store.job(jobId)).toMatchObject({ claim: firstClaim });
    });

    promise("is taken over once its lease is over, with one more call and a new doubt", async (store) => {
      await aClaimedJob(store);
      const before = await store.takeClaim(jobId, "run-2", START + 10, START + 20);
      expect(before).toStrictEqual({ ...facts, status: "Claimed", claim: firstClaim });
      const claim = { ...firstClaim, owner: "run-2", leaseUntil: START + 20, calls: 2, doubtSince: START + 10 };
      expect(await store.job(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
    });

    promise("is refused of a job that Bedrock has, that ended, or that is not there", async (store) => {
      await store.putJob(aJob());
      await store.moveJob(jobId, { status: "Submitted", arn: ARN });
      expect(await store.takeClaim(jobId, "run-2", START + 99, START + 100)).toBeUndefined();
      await store.moveJob(jobId, { status: "Failed", at: START, arn: ARN });
      expect(await store.takeClaim(jobId, "run-2", START + 99, START + 100)).toBeUndefined();
      expect(await store.takeClaim(anId(5), "run-2", START, START + 100)).toBeUndefined();
      expect(await store.job(anId(5))).toBeUndefined();
    });

    promise("given back is nobody's, without the doubt of an answered call", async (store) => {
      await aClaimedJob(store);
      expect(await store.yieldClaim(jobId, "run-1", { leaseUntil: START + 5, odd: false })).toBe(true);
      const { doubtSince: _, ...known } = firstClaim;
      const claim = { ...known, owner: "", leaseUntil: START + 5 };
      expect(await store.job(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
    });

    promise("given back keeps an older doubt, and counts an odd answer once", async (store) => {
      await aClaimedJob(store);
      const left = { leaseUntil: START + 5, doubtSince: START - 7, odd: true };
      expect(await store.yieldClaim(jobId, "run-1", left)).toBe(true);
      expect(await store.yieldClaim(jobId, "run-1", left)).toBe(false);
      const claim = { ...firstClaim, owner: "", leaseUntil: START + 5, doubtSince: START - 7, oddAnswers: 1 };
      expect(await store.job(jobId)).toStrictEqual({ ...facts, status: "Claimed", claim });
      expect(await store.takeClaim(jobId, "run-2", START + 5, START + 9)).toMatchObject({ claim });
      expect(await store.job(jobId)).toMatchObject({ claim: { calls: 2, oddAnswers: 1, claimedAt: START } });
    });

    promise("is given back only by its owner, and only while the job is Claimed", async (store) => {
      const left = { leaseUntil: START + 5, odd: true };
      expect(await store.yieldClaim(jobId, "run-1", left)).toBe(false);
      await aClaimedJob(store);
      expect(await store.yieldClaim(jobId, "run-2", left)).toBe(false);
      expect(await store.job(jobId)).toMatchObject({ claim: firstClaim });
      await store.moveJob(jobId, { status: "Submitted", arn: ARN });
      expect(await store.yieldClaim(jobId, "run-1", left)).toBe(false);
    });
  });
}

function moveConformance(promise: StoreTest): void {
  describe("a move", () => {
    promise("of a job that is not there answers undefined and makes none", async (store) => {
      expect(await store.moveJob(jobId, { status: "Submitted", arn: ARN })).toBeUndefined();
      expect(await store.job(jobId)).toBeUndefined();
    });

    for (const from of ["Pending", "Claimed"] as const)
      promise(`from ${from} gives every running status its shape`, async (store) => {
        await store.putJob(aJob());
        if (from === "Claimed") await store.takeClaim(jobId, "run-1", START, START + 10);
        for (const status of running) {
          const moved = { ...facts, status, arn: ARN };
          expect(await store.moveJob(jobId, { status, arn: ARN })).toStrictEqual(moved);
          expect(await store.job(jobId)).toStrictEqual(moved);
        }
      });

    promise("gives every ended status its shape, with an ARN and words or without", async (store) => {
      for (const [n, status] of ended.entries()) {
        const { status: _, ...own } = aJob({}, n);
        await store.putJob(aJob({}, n));
        const bare = n % 2 === 0;
        const more = bare ? {} : { arn: ARN, message: "in Bedrock's words" };
        const moved = await store.moveJob(own.jobId, { status, at: START + n, ...more });
        expect(moved).toStrictEqual({ ...own, status, endedAt: START + n, settled: false, ...more });
        expect(await store.job(own.jobId)).toStrictEqual(moved);
      }
    });

    promise("stores an ARN only if there is none", async (store) => {
      await store.putJob(aJob());
      await store.moveJob(jobId, { status: "Submitted", arn: ARN });
      expect(await store.moveJob(jobId, { status: "InProgress", arn: "another" })).toMatchObject({ arn: ARN });
      expect(await store.moveJob(jobId, { status: "Completed", at: START, arn: "late" })).toMatchObject({ arn: ARN });
    });

    promise("to an end without an ARN is refused to a job that has one", async (store) => {
      await store.putJob(aJob());
      const running = await store.moveJob(jobId, { status: "Submitted", arn: ARN });
      expect(await store.moveJob(jobId, { status: "Failed", at: START, message: "too late" })).toBeUndefined();
      expect(await store.job(jobId)).toStrictEqual(running);
    });

    promise("of an owner is refused unless that run has the claim", async (store) => {
      await store.putJob(aJob());
      const end = { status: "Failed", at: START, message: "refused", owner: "run-1" } as const;
      expect(await store.moveJob(jobId, end)).toBeUndefined();
      await store.takeClaim(jobId, "run-1", START, START + 10);
      await store.takeClaim(jobId, "run-2", START + 10, START + 20);
      expect(await store.moveJob(jobId, end)).toBeUndefined();
      expect(await store.job(jobId)).toMatchObject({ status: "Claimed", claim: { owner: "run-2" } });
      const failed = { ...facts, status: "Failed", endedAt: START, settled: false, message: "refused" };
      expect(await store.moveJob(jobId, { ...end, owner: "run-2" })).toStrictEqual(failed);
    });

    promise("to where the job is, or was, changes nothing", async (store) => {
      await store.putJob(aJob());
      await store.moveJob(jobId, { status: "InProgress", arn: ARN });
      for (const status of ["Submitted", "InProgress"] as const)
        expect(await store.moveJob(jobId, { status, arn: "late" })).toBeUndefined();
      const end = await store.moveJob(jobId, { status: "Stopped", at: START, message: "first", arn: ARN });
      for (const status of ended)
        expect(await store.moveJob(jobId, { status, at: START + 1, message: "second", arn: "late" })).toBeUndefined();
      expect(await store.job(jobId)).toStrictEqual(end);
    });

    const anyMove: fc.Arbitrary<JobMove> = fc.oneof(
      fc.record({ status: fc.constantFrom(...running), arn: fc.constantFrom("arn-1", "arn-2") }),
      fc.record({
        status: fc.constantFrom(...ended),
        at: fc.integer({ min: 0, max: 9 }),
        arn: fc.constantFrom("arn-1", "arn-2"),
      }),
    );
    const anyMoves = fc.array(anyMove, { minLength: 1, maxLength: 12 });

    promise("never takes a status back, in any order and repetition", async (store) => {
      let n = 0;
      const check = async (moves: JobMove[], atOnce: boolean) => {
        const job = aJob({}, n++);
        await store.putJob(job);
        let seen = 0;
        for (const move of atOnce ? [] : moves) {
          const moved = await store.moveJob(job.jobId, move);
          const rank = rankOf((await store.job(job.jobId))?.status ?? "Pending");
          expect(moved !== undefined).toBe(rank > seen);
          expect(rank).toBe(Math.max(seen, rankOf(move.status)));
          seen = rank;
        }
        if (atOnce) await Promise.all(moves.map((move) => store.moveJob(job.jobId, move)));
        const last = await store.job(job.jobId);
        expect(rankOf(last?.status ?? "Pending")).toBe(Math.max(...moves.map(({ status }) => rankOf(status))));
        expect(jobStatuses).toContain(last?.status);
      };
      await fc.assert(fc.asyncProperty(anyMoves, fc.boolean(), check), { numRuns: 60 });
    });
  });
}

/** What the store promises of single jobs. */
export function jobConformance(promise: StoreTest): void {
  describe("a job", () => {
    promise("is put once; a second put changes nothing", async (store) => {
      expect(await store.job(jobId)).toBeUndefined();
      expect(await store.putJob(aJob())).toBe(true);
      expect(await store.putJob(aJob({ lane: "nova" }))).toBe(false);
      expect(await store.job(jobId)).toStrictEqual(aJob());
      await store.moveJob(jobId, { status: "Submitted", arn: ARN });
      expect(await store.putJob(aJob())).toBe(false);
      expect(await store.job(jobId)).toMatchObject({ status: "Submitted" });
    });

    promise("comes back with everything it is made of", async (store) => {
      const optional = { timeoutHours: 48, inputEtag: '"0123abcd-2"' };
      const whole = aJob({ ...optional, invocation: "Converse", rank: -12.5, part: 1_999, inputBytes: 2 ** 40 });
      await store.putJob(whole);
      expect(await store.job(jobId)).toStrictEqual(whole);
    });

    promise("given in and out is a copy", async (store) => {
      const given = aJob();
      await store.putJob(given);
      given.lane = "changed";
      const taken = await store.job(jobId);
      if (taken !== undefined) taken.modelId = "changed";
      expect(await store.job(jobId)).toStrictEqual(aJob());
    });

    promise("has the outcome that collect learned, from its end until it is settled", async (store) => {
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
      await store.recordOutcome(jobId, outcome);
      await store.putJob(aJob());
      await store.recordOutcome(jobId, outcome);
      expect(await store.job(jobId)).toStrictEqual(aJob());
      const end = await store.moveJob(jobId, { status: "Completed", at: START, arn: ARN });
      for (let times = 0; times < 2; times++) await store.recordOutcome(jobId, outcome);
      expect(await store.job(jobId)).toStrictEqual({ ...end, outcome });
      await store.settleJob(jobId);
      await store.recordOutcome(jobId, { results: 0, errors: 100 });
      expect(await store.job(jobId)).toStrictEqual({ ...end, outcome, settled: true });
    });

    promise("is settled only once it has ended, and twice is once", async (store) => {
      await store.settleJob(jobId);
      expect(await store.job(jobId)).toBeUndefined();
      await aClaimedJob(store);
      await store.settleJob(jobId);
      expect(await store.job(jobId)).toMatchObject({ status: "Claimed", claim: firstClaim });
      const end = await store.moveJob(jobId, { status: "Failed", at: START });
      for (let times = 0; times < 2; times++) await store.settleJob(jobId);
      expect(await store.job(jobId)).toStrictEqual({ ...end, settled: true });
    });
  });
  claimConformance(promise);
  moveConformance(promise);
}
