import { anId, aSubmission, MemoryObjects, START } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { settledKeys } from "../bucket/keys.ts";
import type { EndedJob, Outcome } from "../job/job.ts";
import type { ObjectWriter, Piece } from "../ports/objects.ts";
import type { Submission } from "../submission/submission.ts";
import { finalise } from "./finalise.ts";

const PREFIX = "processed/file-0.jsonl/";
const facts = aSubmission();
const { submissionId } = facts;

function ended(n: number, part: number, outcome: Outcome): EndedJob {
  const { lane, modelId } = facts;
  const ids = { jobId: anId(n), submissionId, slice: part, lane, modelId };
  const files = { invocation: "InvokeModel", inputKey: "in", inputBytes: 1, outputPrefix: "out/" } as const;
  const times = { rank: START, enqueuedAt: START, endedAt: START };
  return { ...ids, ...files, ...times, recordCount: 2, status: "Completed", done: false, outcome };
}

const two = [ended(0, 0, { results: 1, errors: 1 }), ended(1, 1, { results: 1, errors: 1 })];

function submission(given: Partial<Submission> = {}): Submission {
  const counts = { records: 4, results: 2, errors: 2 };
  return { ...facts, status: "Open", plan: { run: "run", slices: 2 }, openJobs: new Set(), counts, ...given };
}

function bucket<T extends MemoryObjects>(objects: T): T {
  for (const part of [0, 1]) {
    objects.put(settledKeys(submissionId, part).results, "");
    objects.put(settledKeys(submissionId, part).errors, "");
  }
  return objects;
}

async function summaryOf(jobs: readonly EndedJob[], given: Submission = submission()) {
  const objects = bucket(new MemoryObjects());
  await finalise(objects, given, jobs, {}, PREFIX);
  return JSON.parse(objects.text(`${PREFIX}summary.json`));
}

describe("a submission is only joined if it adds up", () => {
  test("a job less than were planned is one too few, even if its counts are not missed", async () => {
    await expect(summaryOf(two, submission({ plan: { run: "run", slices: 3 } }))).rejects.toThrow(
      /4 records, 2 results and 2 errors in 3 jobs; the 2 settled jobs have 2 results and 2 errors/,
    );
  });

  test("more errors in its jobs than in its counts are too many", async () => {
    const counts = { records: 3, results: 2, errors: 1 };
    await expect(summaryOf(two, submission({ counts }))).rejects.toThrow("does not add up");
  });

  test("without a plan its jobs are those that there are", async () => {
    const { plan: _, ...unplanned } = submission();
    expect((await summaryOf(two, unplanned)).jobs).toHaveLength(2);
    const counts = { records: 9, results: 2, errors: 2 };
    await expect(summaryOf(two, { ...unplanned, counts })).rejects.toThrow("in 2 jobs; the 2 settled jobs");
  });
});

test("of two jobs of one slice the older stands first, in whatever order they come", async () => {
  const jobs = [ended(5, 0, { results: 1, errors: 1 }), ended(7, 0, { results: 1, errors: 1 })];
  for (const given of [jobs, jobs.toReversed()])
    expect((await summaryOf(given)).jobs.map(({ jobId }: { jobId: string }) => jobId)).toEqual([anId(5), anId(7)]);
});

test("tokens that only one side of is known are told alone", async () => {
  const [first, second] = two as [EndedJob, EndedJob];
  const told = (tokens: Partial<Outcome>) => [{ ...first, outcome: { results: 1, errors: 1, ...tokens } }, second];
  expect((await summaryOf(told({ inputTokens: 3 }))).tokens).toStrictEqual({ input: 3 });
  expect((await summaryOf(told({ outputTokens: 4 }))).tokens).toStrictEqual({ output: 4 });
});

test("what the user gets has the types that browsers and tools know", async () => {
  const types: Record<string, string | undefined> = {};
  class Typed extends MemoryObjects {
    override writer(key: string, contentType?: string): ObjectWriter {
      types[key] = contentType;
      return super.writer(key);
    }
    override compose(key: string, pieces: readonly Piece[], contentType?: string): Promise<void> {
      types[key] = contentType;
      return super.compose(key, pieces);
    }
  }
  await finalise(bucket(new Typed()), submission(), two, {}, PREFIX);
  expect(types).toEqual({
    [`${PREFIX}results.jsonl`]: "application/x-ndjson",
    [`${PREFIX}errors.jsonl`]: "application/x-ndjson",
    [`${PREFIX}summary.json`]: "application/json",
  });
});

test("a summary that cannot be written is an error, and is given up", async () => {
  let aborted = 0;
  class Full extends MemoryObjects {
    override writer(key: string): ObjectWriter {
      const close = () => Promise.reject(new Error("The disk is full."));
      const abort = async () => void aborted++;
      return { ...super.writer(key), close, abort };
    }
  }
  await expect(finalise(bucket(new Full()), submission(), two, {}, PREFIX)).rejects.toThrow("The disk is full.");
  expect(aborted).toBe(1);
});
