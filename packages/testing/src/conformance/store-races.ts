import { describe, expect } from "vitest";
import { aJob, aLaneIn, anId, aSubmission, START } from "../builders.ts";
import type { StoreTest } from "./store-fixture.ts";

const DISPATCHERS = 50;
const SLOTS = 3;
const RACE_TIMEOUT_MS = 240_000;

/** Starts the same thing many times at once. */
function atOnce<T>(run: (n: number) => Promise<T>, times = DISPATCHERS): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, n) => run(n)));
}

/** What the store promises when many do the same thing at once. */
export function raceConformance(promise: StoreTest, rounds: number): void {
  describe("a race", () => {
    promise(
      `of ${DISPATCHERS} dispatchers for ${SLOTS} slots has exactly ${SLOTS} winners, ${rounds} rounds`,
      async (store) => {
        await aLaneIn(store, { limit: SLOTS });
        for (let round = 0; round < rounds; round++) {
          const won = await atOnce((n) => store.claimSlot("claude", `job-${n}`, START));
          const winners = won.flatMap((claimed, n) => (claimed ? [`job-${n}`] : []));
          expect(winners).toHaveLength(SLOTS);
          const [first = "", ...others] = winners;
          expect((await store.releaseSlot("claude", first, "success"))?.holders).toEqual(new Set(others));
          await Promise.all(others.map((jobId) => store.releaseSlot("claude", jobId, "success")));
        }
        expect(await store.lane("claude")).toMatchObject({ holders: new Set(), claiming: new Set() });
      },
      RACE_TIMEOUT_MS,
    );

    promise("for the same slot by the same job has one winner", async (store) => {
      await aLaneIn(store, { limit: SLOTS });
      const won = await atOnce(() => store.claimSlot("claude", "job", START));
      expect(won.filter(Boolean)).toHaveLength(1);
      const released = await atOnce(() => store.releaseSlot("claude", "job", "failure"));
      expect(released.filter((lane) => lane !== undefined)).toHaveLength(1);
      expect(await store.lane("claude")).toMatchObject({ failuresInRow: 1 });
    });

    promise("for a job's claim has one winner, and each next lease one more", async (store) => {
      await store.putJob(aJob());
      for (const call of [1, 2, 3]) {
        const now = START + call * 10;
        const taken = await atOnce((n) => store.takeClaim(anId(0), `run-${n}`, now, now + 10));
        expect(taken.filter((job) => job !== undefined)).toHaveLength(1);
        expect(await store.job(anId(0))).toMatchObject({ claim: { calls: call } });
      }
    });

    promise("to put the same job, or to move it to its end, has one winner", async (store) => {
      const put = await atOnce(() => store.putJob(aJob()));
      expect(put.filter(Boolean)).toHaveLength(1);
      const ends = await atOnce((n) => store.moveJob(anId(0), { status: "Completed", at: START + n }));
      const [end, ...more] = ends.filter((job) => job !== undefined);
      expect(more).toEqual([]);
      expect(await store.job(anId(0))).toEqual(end);
    });

    promise("to commit a plan tells every run the same one", async (store) => {
      const { submissionId } = aSubmission();
      await atOnce(() => store.putSubmission(aSubmission()));
      const counts = { records: 1, results: 0, errors: 0 };
      const told = await atOnce((n) =>
        store.commitPlan(submissionId, { run: `run-${n}`, parts: 1 }, counts, [`job-${n}`]),
      );
      expect(new Set(told.map(({ plan }) => plan?.run)).size).toBe(1);
      expect(told[0]?.openJobs).toEqual(new Set([told[0]?.plan?.run.replace("run", "job")]));
    });

    promise("to settle parts adds each part's counts once", async (store) => {
      const { submissionId } = aSubmission();
      await store.putSubmission(aSubmission());
      const counts = { records: 100, results: 0, errors: 0 };
      const parts = Array.from({ length: 10 }, (_, n) => anId(n));
      await store.commitPlan(submissionId, { run: "run", parts: 10 }, counts, parts);
      await atOnce((n) => store.settlePart(submissionId, anId(n % 10), { results: 9, errors: 1 }));
      expect(await store.submission(submissionId)).toMatchObject({
        openJobs: new Set(),
        counts: { records: 100, results: 90, errors: 10 },
      });
    });

    promise("to list a lane, to lift its block, or for a path has one winner", async (store) => {
      await aLaneIn(store, {});
      await store.blockLane("claude", { kind: "quota", until: START, reason: "", tries: 1 });
      expect((await atOnce(() => store.winListing("claude", 0, START))).filter(Boolean)).toHaveLength(1);
      expect((await atOnce(() => store.liftBlock("claude", ["quota"]))).filter(Boolean)).toHaveLength(1);
      expect(new Set(await atOnce((n) => store.claimPath("b", "k", anId(n)))).size).toBe(1);
    });
  });
}
