import type { Jobs, Lanes, Submissions } from "@sluice/core";
import { describe, expect } from "vitest";
import { aJob, aLaneIn, anId, aSubmission, LATEST, LONGEST, START } from "../builders.ts";
import type { PortTest } from "./port-fixture.ts";

const DISPATCHERS = 50;
const SLOTS = 3;
const RACE_TIMEOUT_MS = 240_000;

/** Starts the same thing many times at once. */
function atOnce<T>(run: (n: number) => Promise<T>, times = DISPATCHERS): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, n) => run(n)));
}

/** What the store promises of lanes when many do the same thing at once. */
export function laneRaces(promise: PortTest<Lanes>, rounds: number): void {
  describe("a race", () => {
    promise(
      `of ${DISPATCHERS} dispatchers for ${SLOTS} slots has exactly ${SLOTS} winners, ${rounds} rounds`,
      async (lanes) => {
        await aLaneIn(lanes, { limit: SLOTS });
        for (let round = 0; round < rounds; round++) {
          const won = await atOnce((n) => lanes.claimSlot("claude", `job-${n}`, START, LONGEST));
          const winners = won.flatMap((claimed, n) => (claimed ? [`job-${n}`] : []));
          expect(winners).toHaveLength(SLOTS);
          const [first = "", ...others] = winners;
          expect((await lanes.releaseSlot("claude", first, "success"))?.holders).toEqual(new Set(others));
          await Promise.all(others.map((jobId) => lanes.releaseSlot("claude", jobId, "success")));
        }
        expect(await lanes.get("claude")).toMatchObject({ holders: new Set(), claiming: new Set() });
      },
      RACE_TIMEOUT_MS,
    );

    promise("for the same slot by the same job has one winner", async (lanes) => {
      await aLaneIn(lanes, { limit: SLOTS });
      const won = await atOnce(() => lanes.claimSlot("claude", "job", START, LONGEST));
      expect(won.filter(Boolean)).toHaveLength(1);
      const released = await atOnce(() => lanes.releaseSlot("claude", "job", "failure"));
      expect(released.filter((lane) => lane !== undefined)).toHaveLength(1);
      expect(await lanes.get("claude")).toMatchObject({ failuresInRow: 1 });
    });

    promise("to list a lane, or to lift its block, has one winner", async (lanes) => {
      await aLaneIn(lanes, {});
      await lanes.block("claude", { kind: "quota", until: START, reason: "", tries: 1 });
      expect((await atOnce(() => lanes.winListing("claude", 0, START))).filter(Boolean)).toHaveLength(1);
      expect((await atOnce(() => lanes.liftBlock("claude", ["quota"]))).filter(Boolean)).toHaveLength(1);
    });
  });
}

/** What the store promises of jobs when many do the same thing at once. */
export function jobRaces(promise: PortTest<Jobs>): void {
  describe("a race", () => {
    promise("for a job's claim has one winner, and each next lease one more", async (jobs) => {
      await jobs.put(aJob());
      for (const call of [1, 2, 3]) {
        const now = START + call * 10;
        const taken = await atOnce((n) => jobs.takeClaim(anId(0), `run-${n}`, now, now + 10, LATEST));
        expect(taken.filter((job) => job !== undefined)).toHaveLength(1);
        expect(await jobs.get(anId(0))).toMatchObject({ claim: { calls: call } });
      }
    });

    promise("to put the same job, or to bring it to its end, has one winner", async (jobs) => {
      const put = await atOnce(() => jobs.put(aJob()));
      expect(put.filter(Boolean)).toHaveLength(1);
      const ends = await atOnce((n) => jobs.bringForward(anId(0), { status: "Completed", at: START + n }));
      const [end, ...more] = ends.filter((job) => job !== undefined);
      expect(more).toEqual([]);
      expect(await jobs.get(anId(0))).toEqual(end);
    });
  });
}

/** What the store promises of submissions when many do the same thing at once. */
export function submissionRaces(promise: PortTest<Submissions>): void {
  describe("a race", () => {
    promise("to commit a plan tells every run the same one", async (submissions) => {
      const { submissionId } = aSubmission();
      await atOnce(() => submissions.put(aSubmission()));
      const counts = { records: 1, results: 0, errors: 0 };
      const told = await atOnce((n) =>
        submissions.commitPlan(submissionId, { run: `run-${n}`, slices: 1 }, counts, [`job-${n}`]),
      );
      expect(new Set(told.map(({ plan }) => plan?.run)).size).toBe(1);
      expect(told[0]?.openJobs).toEqual(new Set([told[0]?.plan?.run.replace("run", "job")]));
    });

    promise("to settle slices adds each one's counts once", async (submissions) => {
      const { submissionId } = aSubmission();
      await submissions.put(aSubmission());
      const counts = { records: 100, results: 0, errors: 0 };
      const jobIds = Array.from({ length: 10 }, (_, n) => anId(n));
      await submissions.commitPlan(submissionId, { run: "run", slices: 10 }, counts, jobIds);
      await atOnce((n) => submissions.settleSlice(submissionId, anId(n % 10), { results: 9, errors: 1 }));
      expect(await submissions.get(submissionId)).toMatchObject({
        openJobs: new Set(),
        counts: { records: 100, results: 90, errors: 10 },
      });
    });

    promise("for a path has one winner", async (submissions) => {
      expect(new Set(await atOnce((n) => submissions.claimPath("b", "k", anId(n)))).size).toBe(1);
    });
  });
}
