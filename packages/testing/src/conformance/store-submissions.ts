import type { JobStore, Submission, SubmissionFacts } from "@sluice/core";
import { describe, expect } from "vitest";
import { anId, aSubmission } from "../builders.ts";
import type { StoreTest } from "./store-fixture.ts";

const MAX_OPEN_JOBS = 2_000;
const MAX_KEY_BYTES = 1_024;

const facts = aSubmission();
const { submissionId } = facts;
const plan = { run: "run1", parts: 2 };
const counts = { records: 200, results: 0, errors: 3 };
const nothing = { records: 0, results: 0, errors: 0 };
const planning: Submission = { ...facts, status: "Planning", openJobs: new Set(), counts: nothing };
const problem = { code: "JsonArray", message: "The file is one JSON array. Write one object a line." };

async function aCommitted(store: JobStore, openJobs: readonly string[]): Promise<Submission> {
  await store.putSubmission(facts);
  return store.commitPlan(submissionId, plan, counts, openJobs);
}

function planConformance(promise: StoreTest): void {
  describe("a plan", () => {
    promise("is committed once, and a loser is told the winner's", async (store) => {
      const committed = { ...planning, plan, counts, openJobs: new Set(["a", "b"]) };
      expect(await aCommitted(store, ["a", "b"])).toStrictEqual(committed);
      expect(await store.commitPlan(submissionId, { run: "run2", parts: 1 }, nothing, ["c"])).toStrictEqual(committed);
      expect(await store.submission(submissionId)).toStrictEqual(committed);
    });

    promise("may have no open job at all, or 2,000, and no more", async (store) => {
      const ids = Array.from({ length: MAX_OPEN_JOBS + 1 }, (_, n) => anId(n));
      await store.putSubmission(facts);
      await expect(store.commitPlan(submissionId, plan, counts, ids)).rejects.toThrow(RangeError);
      expect(await store.submission(submissionId)).toStrictEqual(planning);
      const committed = await store.commitPlan(submissionId, plan, counts, ids.slice(1));
      expect(committed.openJobs).toEqual(new Set(ids.slice(1)));
      const settled = await store.settlePart(submissionId, anId(7), { results: 1, errors: 0 });
      expect(settled.openJobs.size).toBe(MAX_OPEN_JOBS - 1);

      const empty = aSubmission({}, 1);
      await store.putSubmission(empty);
      expect(await store.commitPlan(empty.submissionId, plan, counts, [])).toMatchObject({ openJobs: new Set(), plan });
    });

    promise("of a submission that is not there is refused with words", async (store) => {
      await expect(store.commitPlan("missing", plan, counts, [])).rejects.toThrow(/no submission missing/);
      await expect(store.settlePart("missing", "a", { results: 1, errors: 0 })).rejects.toThrow(
        /no submission missing/,
      );
    });

    promise("opens its submission, once it is there", async (store) => {
      await store.openSubmission(submissionId);
      expect(await store.submission(submissionId)).toBeUndefined();
      await store.putSubmission(facts);
      await store.openSubmission(submissionId);
      expect(await store.submission(submissionId)).toStrictEqual(planning);
      const committed = await aCommitted(store, ["a"]);
      for (let times = 0; times < 2; times++) await store.openSubmission(submissionId);
      expect(await store.submission(submissionId)).toStrictEqual({ ...committed, status: "Open" });
      expect(await store.commitPlan(submissionId, plan, counts, ["z"])).toMatchObject({ openJobs: new Set(["a"]) });
    });
  });
}

function endConformance(promise: StoreTest): void {
  describe("the end of a submission", () => {
    promise("is a refusal while nothing is planned", async (store) => {
      expect(await store.refuseSubmission(submissionId, problem, counts)).toBe(false);
      await store.putSubmission(facts);
      expect(await store.refuseSubmission(submissionId, problem, counts)).toBe(true);
      const refused = { ...planning, status: "Refused", problem, counts };
      expect(await store.submission(submissionId)).toStrictEqual(refused);
      expect(await store.refuseSubmission(submissionId, { code: "Other", message: "" }, nothing)).toBe(false);
      expect(await store.commitPlan(submissionId, plan, counts, ["a"])).toStrictEqual(refused);
      await store.openSubmission(submissionId);
      await store.finishSubmission(submissionId);
      expect(await store.submission(submissionId)).toStrictEqual(refused);
    });

    promise("is no refusal once a plan is committed", async (store) => {
      const committed = await aCommitted(store, ["a"]);
      expect(await store.refuseSubmission(submissionId, problem, nothing)).toBe(false);
      expect(await store.submission(submissionId)).toStrictEqual(committed);
    });

    promise("comes closer with each part, which counts once", async (store) => {
      const committed = await aCommitted(store, ["a", "b"]);
      await store.openSubmission(submissionId);
      const one = {
        ...committed,
        status: "Open",
        openJobs: new Set(["b"]),
        counts: { ...counts, results: 90, errors: 13 },
      };
      for (let times = 0; times < 2; times++)
        expect(await store.settlePart(submissionId, "a", { results: 90, errors: 10 })).toStrictEqual(one);
      expect(await store.settlePart(submissionId, "stranger", { results: 9, errors: 9 })).toStrictEqual(one);
      const last = await store.settlePart(submissionId, "b", { results: 100, errors: 0 });
      expect(last).toStrictEqual({ ...one, openJobs: new Set(), counts: { records: 200, results: 190, errors: 13 } });
      expect(await store.settlePart(submissionId, "b", { results: 100, errors: 0 })).toStrictEqual(last);
    });

    promise("is Done once it is Open and no job is open", async (store) => {
      const committed = await aCommitted(store, ["a"]);
      await store.finishSubmission(submissionId);
      expect(await store.submission(submissionId)).toStrictEqual(committed);
      await store.openSubmission(submissionId);
      await store.finishSubmission(submissionId);
      expect(await store.submission(submissionId)).toMatchObject({ status: "Open" });
      const settled = await store.settlePart(submissionId, "a", { results: 0, errors: 0 });
      expect(await store.finishSubmission(submissionId)).toBe(true);
      expect(await store.finishSubmission(submissionId)).toBe(false);
      expect(await store.submission(submissionId)).toStrictEqual({ ...settled, status: "Done" });
      await store.openSubmission(submissionId);
      expect(await store.submission(submissionId)).toMatchObject({ status: "Done" });
      await store.finishSubmission("missing");
      expect(await store.submission("missing")).toBeUndefined();
    });

    promise("is Done without any job, too", async (store) => {
      await aCommitted(store, []);
      await store.openSubmission(submissionId);
      await store.finishSubmission(submissionId);
      expect(await store.submission(submissionId)).toMatchObject({ status: "Done", openJobs: new Set() });
    });
  });
}

function pathConformance(promise: StoreTest): void {
  describe("a path", () => {
    promise("belongs to the first submission that asks, for ever", async (store) => {
      expect(await store.claimPath("b", "to-process/a.jsonl", "first")).toBe("first");
      expect(await store.claimPath("b", "to-process/a.jsonl", "second")).toBe("first");
      expect(await store.claimPath("b", "to-process/a.jsonl", "first")).toBe("first");
    });

    promise("is another one for any other bucket or key", async (store) => {
      const long = "é".repeat(MAX_KEY_BYTES / 2 - 1);
      const paths = [
        ["b", "a.jsonl"],
        ["b", "A.jsonl"],
        ["B", "a.jsonl"],
        ["ba", ".jsonl"],
        ["b", `${long}ab`],
        ["b", `${long}ac`],
        ["b", "dt=2026-11-21/名前 +%.jsonl"],
        ["b", "😀"],
      ] as const;
      for (const [n, [bucket, key]] of paths.entries())
        expect(await store.claimPath(bucket, key, anId(n))).toBe(anId(n));
      for (const [n, [bucket, key]] of paths.entries())
        expect(await store.claimPath(bucket, key, "late")).toBe(anId(n));
    });
  });

  describe("a bookmark", () => {
    promise("is what was set last", async (store) => {
      expect(await store.bookmark("drops")).toBeUndefined();
      await store.setBookmark("drops", { startedAt: 5, cursor: "k/é" });
      await store.setBookmark("Drops", { startedAt: 1 });
      expect(await store.bookmark("drops")).toStrictEqual({ startedAt: 5, cursor: "k/é" });
      for (let times = 0; times < 2; times++) await store.setBookmark("drops", { startedAt: 6 });
      expect(await store.bookmark("drops")).toStrictEqual({ startedAt: 6 });
    });
  });
}

/** What the store promises of single submissions, of paths and of bookmarks. */
export function submissionConformance(promise: StoreTest): void {
  describe("a submission", () => {
    promise("is put once, in Planning; a second put answers what is there", async (store) => {
      expect(await store.submission(submissionId)).toBeUndefined();
      expect(await store.putSubmission(facts)).toStrictEqual(planning);
      expect(await store.putSubmission({ ...facts, priority: 9 })).toStrictEqual(planning);
      const committed = await aCommitted(store, ["a"]);
      expect(await store.putSubmission(facts)).toStrictEqual(committed);
    });

    promise("comes back with everything it is made of, with a key of 1,024 bytes", async (store) => {
      const key = `to-process/a b/${"😀".repeat(252)}x`;
      expect(new TextEncoder().encode(key).length).toBe(MAX_KEY_BYTES);
      const whole: SubmissionFacts = {
        ...facts,
        key,
        route: "名前",
        timeoutHours: 24,
        priority: 9,
        sizeBytes: 0,
        etag: "",
      };
      expect(await store.putSubmission(whole)).toStrictEqual({ ...planning, ...whole });
      expect(await store.submission(submissionId)).toStrictEqual({ ...planning, ...whole });
    });

    promise("given in and out is a copy", async (store) => {
      const openJobs = ["a"];
      const committed = await aCommitted(store, openJobs);
      openJobs.push("b");
      (committed.openJobs as Set<string>).add("c");
      committed.counts.records = 1;
      expect(await store.submission(submissionId)).toMatchObject({ openJobs: new Set(["a"]), counts });
    });
  });
  planConformance(promise);
  endConformance(promise);
  pathConformance(promise);
}
