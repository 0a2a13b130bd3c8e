import { MOST_OPEN_JOBS, type Submission, type SubmissionFacts, type Submissions } from "@sluice/core";
import { describe, expect } from "vitest";
import { anId, aSubmission } from "../builders.ts";
import type { PortTest } from "./port-fixture.ts";

const MAX_KEY_BYTES = 1_024;

const facts = aSubmission();
const { submissionId } = facts;
const plan = { run: "run1", slices: 2 };
const counts = { records: 200, results: 0, errors: 3 };
const nothing = { records: 0, results: 0, errors: 0 };
const planning: Submission = { ...facts, status: "Planning", openJobs: new Set(), counts: nothing };
const problem = { code: "JsonArray", message: "The file is one JSON array. Write one object a line." };

async function aCommitted(submissions: Submissions, openJobs: readonly string[]): Promise<Submission> {
  await submissions.put(facts);
  return submissions.commitPlan(submissionId, plan, counts, openJobs);
}

function planPromises(promise: PortTest<Submissions>): void {
  describe("a plan", () => {
    promise("is committed once, and a loser is told the winner's", async (submissions) => {
      const committed = { ...planning, plan, counts, openJobs: new Set(["a", "b"]) };
      expect(await aCommitted(submissions, ["a", "b"])).toStrictEqual(committed);
      expect(await submissions.commitPlan(submissionId, { run: "run2", slices: 1 }, nothing, ["c"])).toStrictEqual(
        committed,
      );
      expect(await submissions.get(submissionId)).toStrictEqual(committed);
    });

    promise("may have no open job at all, or 2,000, and no more", async (submissions) => {
      const ids = Array.from({ length: MOST_OPEN_JOBS + 1 }, (_, n) => anId(n));
      await submissions.put(facts);
      await expect(submissions.commitPlan(submissionId, plan, counts, ids)).rejects.toThrow(RangeError);
      expect(await submissions.get(submissionId)).toStrictEqual(planning);
      const committed = await submissions.commitPlan(submissionId, plan, counts, ids.slice(1));
      expect(committed.openJobs).toEqual(new Set(ids.slice(1)));
      const settled = await submissions.settleSlice(submissionId, anId(7), { results: 1, errors: 0 });
      expect(settled.openJobs.size).toBe(MOST_OPEN_JOBS - 1);

      const empty = aSubmission({}, 1);
      await submissions.put(empty);
      expect(await submissions.commitPlan(empty.submissionId, plan, counts, [])).toMatchObject({
        openJobs: new Set(),
        plan,
      });
    });

    promise("of a submission that is not there is refused with words", async (submissions) => {
      await expect(submissions.commitPlan("missing", plan, counts, [])).rejects.toThrow(/no submission missing/);
      await expect(submissions.settleSlice("missing", "a", { results: 1, errors: 0 })).rejects.toThrow(
        /no submission missing/,
      );
    });

    promise("opens its submission, once it is there", async (submissions) => {
      await submissions.open(submissionId);
      expect(await submissions.get(submissionId)).toBeUndefined();
      await submissions.put(facts);
      await submissions.open(submissionId);
      expect(await submissions.get(submissionId)).toStrictEqual(planning);
      const committed = await aCommitted(submissions, ["a"]);
      expect(await submissions.open(submissionId)).toBe(true);
      expect(await submissions.open(submissionId)).toBe(false);
      expect(await submissions.get(submissionId)).toStrictEqual({ ...committed, status: "Open" });
      expect(await submissions.commitPlan(submissionId, plan, counts, ["z"])).toMatchObject({
        openJobs: new Set(["a"]),
      });
    });
  });
}

function endPromises(promise: PortTest<Submissions>): void {
  describe("the end of a submission", () => {
    promise("is a refusal while nothing is planned", async (submissions) => {
      expect(await submissions.refuse(submissionId, problem, counts)).toBe(false);
      await submissions.put(facts);
      expect(await submissions.refuse(submissionId, problem, counts)).toBe(true);
      const refused = { ...planning, status: "Refused", problem, counts };
      expect(await submissions.get(submissionId)).toStrictEqual(refused);
      expect(await submissions.refuse(submissionId, { code: "Other", message: "" }, nothing)).toBe(false);
      expect(await submissions.commitPlan(submissionId, plan, counts, ["a"])).toStrictEqual(refused);
      await submissions.open(submissionId);
      await submissions.finish(submissionId);
      expect(await submissions.get(submissionId)).toStrictEqual(refused);
    });

    promise("is no refusal once a plan is committed", async (submissions) => {
      const committed = await aCommitted(submissions, ["a"]);
      expect(await submissions.refuse(submissionId, problem, nothing)).toBe(false);
      expect(await submissions.get(submissionId)).toStrictEqual(committed);
    });

    promise("comes closer with each slice, which counts once", async (submissions) => {
      const committed = await aCommitted(submissions, ["a", "b"]);
      await submissions.open(submissionId);
      const one = {
        ...committed,
        status: "Open",
        openJobs: new Set(["b"]),
        counts: { ...counts, results: 90, errors: 13 },
      };
      for (let times = 0; times < 2; times++)
        expect(await submissions.settleSlice(submissionId, "a", { results: 90, errors: 10 })).toStrictEqual(one);
      expect(await submissions.settleSlice(submissionId, "stranger", { results: 9, errors: 9 })).toStrictEqual(one);
      const last = await submissions.settleSlice(submissionId, "b", { results: 100, errors: 0 });
      expect(last).toStrictEqual({ ...one, openJobs: new Set(), counts: { records: 200, results: 190, errors: 13 } });
      expect(await submissions.settleSlice(submissionId, "b", { results: 100, errors: 0 })).toStrictEqual(last);
    });

    promise("is Done once it is Open and no job is open", async (submissions) => {
      const committed = await aCommitted(submissions, ["a"]);
      await submissions.finish(submissionId);
      expect(await submissions.get(submissionId)).toStrictEqual(committed);
      await submissions.open(submissionId);
      await submissions.finish(submissionId);
      expect(await submissions.get(submissionId)).toMatchObject({ status: "Open" });
      const settled = await submissions.settleSlice(submissionId, "a", { results: 0, errors: 0 });
      expect(await submissions.finish(submissionId)).toBe(true);
      expect(await submissions.finish(submissionId)).toBe(false);
      expect(await submissions.get(submissionId)).toStrictEqual({ ...settled, status: "Done" });
      await submissions.open(submissionId);
      expect(await submissions.get(submissionId)).toMatchObject({ status: "Done" });
      await submissions.finish("missing");
      expect(await submissions.get("missing")).toBeUndefined();
    });

    promise("is Done without any job, too", async (submissions) => {
      await aCommitted(submissions, []);
      await submissions.open(submissionId);
      await submissions.finish(submissionId);
      expect(await submissions.get(submissionId)).toMatchObject({ status: "Done", openJobs: new Set() });
    });
  });
}

function pathPromises(promise: PortTest<Submissions>): void {
  describe("a path", () => {
    promise("belongs to the first submission that asks, for ever", async (submissions) => {
      expect(await submissions.claimPath("b", "to-process/a.jsonl", "first")).toBe("first");
      expect(await submissions.claimPath("b", "to-process/a.jsonl", "second")).toBe("first");
      expect(await submissions.claimPath("b", "to-process/a.jsonl", "first")).toBe("first");
    });

    promise("is another one for any other bucket or key", async (submissions) => {
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
        expect(await submissions.claimPath(bucket, key, anId(n))).toBe(anId(n));
      for (const [n, [bucket, key]] of paths.entries())
        expect(await submissions.claimPath(bucket, key, "late")).toBe(anId(n));
    });
  });
}

/** What the store promises of single submissions and of paths. */
export function submissionPromises(promise: PortTest<Submissions>): void {
  describe("a submission", () => {
    promise("is put once, in Planning; a second put answers what is there", async (submissions) => {
      expect(await submissions.get(submissionId)).toBeUndefined();
      expect(await submissions.put(facts)).toStrictEqual(planning);
      expect(await submissions.put({ ...facts, priority: 9 })).toStrictEqual(planning);
      const committed = await aCommitted(submissions, ["a"]);
      expect(await submissions.put(facts)).toStrictEqual(committed);
    });

    promise("comes back with everything it is made of, with a key of 1,024 bytes", async (submissions) => {
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
      expect(await submissions.put(whole)).toStrictEqual({ ...planning, ...whole });
      expect(await submissions.get(submissionId)).toStrictEqual({ ...planning, ...whole });
    });

    promise("given in and out is a copy", async (submissions) => {
      const openJobs = ["a"];
      const committed = await aCommitted(submissions, openJobs);
      openJobs.push("b");
      (committed.openJobs as Set<string>).add("c");
      committed.counts.records = 1;
      expect(await submissions.get(submissionId)).toMatchObject({ openJobs: new Set(["a"]), counts });
    });
  });
  planPromises(promise);
  endPromises(promise);
  pathPromises(promise);
}
