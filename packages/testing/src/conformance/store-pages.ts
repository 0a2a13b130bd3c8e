import type { Jobs, Submissions } from "@sluice/core";
import { describe, expect } from "vitest";
import { aJob, anId, aSubmission, LATEST, START } from "../builders.ts";
import { everyPage, type PortTest } from "./port-fixture.ts";

const COUNT = 7;
const idsOf = (items: readonly { jobId: string }[]) => items.map(({ jobId }) => jobId);
const submissionIdsOf = (items: readonly { submissionId: string }[]) => items.map(({ submissionId }) => submissionId);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

/** What the store promises of the pages over jobs. */
export function jobPages(promise: PortTest<Jobs>): void {
  describe("the pages", () => {
    promise("of a submission's jobs hold each once, in order of id, within the limit", async (jobs) => {
      for (const n of [4, 0, 6, 2, 5, 1, 3]) await jobs.put(aJob({}, n));
      await jobs.put(aJob({ submissionId: "another", jobId: anId(9) }));
      for (const limit of [1, 3, 7, 100]) {
        const { items, sizes } = await everyPage((cursor) => jobs.ofSubmission(anId(1_000_000), limit, cursor));
        expect(items).toStrictEqual(numbers(COUNT).map((n) => aJob({}, n)));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
      }
      expect(await jobs.ofSubmission("nobody", 10)).toEqual({ items: [] });
    });

    promise("of a submission's jobs show each as it is now", async (jobs) => {
      for (const n of numbers(3)) await jobs.put(aJob({}, n));
      await jobs.takeClaim(anId(0), "run", START, START + 1, LATEST);
      await jobs.bringForward(anId(1), { status: "InProgress", arn: "arn" });
      const end = await jobs.bringForward(anId(2), { status: "Stopped", at: START });
      const { items } = await jobs.ofSubmission(anId(1_000_000), 10);
      expect(items.map(({ status }) => status)).toEqual(["Claimed", "InProgress", "Stopped"]);
      expect(items[2]).toStrictEqual(end);
    });

    promise("of many jobs hold more than one batch of reads", async (jobs) => {
      await Promise.all(numbers(230).map((n) => jobs.put(aJob({}, n))));
      const { items, sizes } = await everyPage((cursor) => jobs.ofSubmission(anId(1_000_000), 210, cursor));
      expect(idsOf(items)).toEqual(numbers(230).map(anId));
      expect(sizes.slice(0, 2)).toEqual([210, 20]);
    });

    promise("of uncollected jobs hold what ended and is not done with, and nothing else", async (jobs) => {
      for (const n of numbers(COUNT)) await jobs.put(aJob({}, n));
      await jobs.takeClaim(anId(0), "run", START, START + 1, LATEST);
      await jobs.bringForward(anId(1), { status: "Submitted", arn: "arn" });
      for (const n of [6, 2, 4, 3]) await jobs.bringForward(anId(n), { status: "Completed", at: START, arn: "arn" });
      await jobs.markDone(anId(3), true);
      for (const limit of [1, 2, 10]) {
        const { items, sizes } = await everyPage((cursor) => jobs.uncollected(limit, cursor));
        expect(idsOf(items)).toEqual([anId(2), anId(4), anId(6)]);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
      }
      for (const n of [2, 4, 6]) await jobs.markDone(anId(n), true);
      expect((await everyPage((cursor) => jobs.uncollected(10, cursor))).items).toEqual([]);
    });

    promise("of uncollected jobs go on behind one that was done with in the meantime", async (jobs) => {
      for (const n of numbers(4)) {
        await jobs.put(aJob({}, n));
        await jobs.bringForward(anId(n), { status: "Failed", at: START });
      }
      const first = await jobs.uncollected(2);
      for (const { jobId } of first.items) await jobs.markDone(jobId, true);
      const rest = await jobs.uncollected(2, first.cursor);
      expect(idsOf([...first.items, ...rest.items])).toEqual([anId(0), anId(1), anId(2), anId(3)]);
    });
  });
}

/** What the store promises of the pages over submissions. */
export function submissionPages(promise: PortTest<Submissions>): void {
  describe("the pages", () => {
    promise("of submissions go from the newest to the oldest", async (submissions) => {
      for (const n of [2, 0, 4, 1, 3]) await submissions.put(aSubmission({}, n));
      const newestFirst = [4, 3, 2, 1, 0].map((n) => aSubmission({}, n).submissionId);
      for (const limit of [1, 2, 10]) {
        const { items, sizes } = await everyPage((cursor) => submissions.newest(limit, cursor));
        expect(submissionIdsOf(items)).toEqual(newestFirst);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
      }
    });

    promise("of unfinished submissions hold those in Planning or Open, oldest first", async (submissions) => {
      const ids = numbers(5).map((n) => aSubmission({}, n).submissionId);
      const [planning, open, done, refused, another] = ids as [string, string, string, string, string];
      for (const n of [4, 1, 3, 0, 2]) await submissions.put(aSubmission({}, n));
      const counts = { records: 0, results: 0, errors: 0 };
      for (const id of [open, done]) {
        await submissions.commitPlan(id, { run: "run", slices: 0 }, counts, id === open ? ["a"] : []);
        await submissions.open(id);
      }
      await submissions.finish(done);
      await submissions.refuse(refused, { code: "Empty", message: "" }, counts);
      for (const limit of [1, 2, 10]) {
        const { items } = await everyPage((cursor) => submissions.unfinished(limit, cursor));
        expect(submissionIdsOf(items)).toEqual([planning, open, another]);
        expect(items[1]).toMatchObject({ status: "Open", openJobs: new Set(["a"]) });
      }
      expect((await everyPage((cursor) => submissions.newest(2, cursor))).items.map(({ status }) => status)).toEqual([
        "Planning",
        "Refused",
        "Done",
        "Open",
        "Planning",
      ]);
    });
  });
}
