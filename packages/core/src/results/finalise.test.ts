import { anId, aSubmission, MemoryObjects, START } from "@sluice/testing";
import { expect, test } from "vitest";
import { jobOutputPrefix, settledKeys } from "../bucket/keys.ts";
import type { EndedJob, Outcome } from "../job/job.ts";
import type { Submission } from "../submission/submission.ts";
import { finalise, finaliseRefused } from "./finalise.ts";

const PREFIX = "processed/file-0.jsonl/";
const facts = aSubmission();
const { submissionId } = facts;

function endedJob(part: number, outcome: Partial<Outcome> = {}, given: Partial<EndedJob> = {}): EndedJob {
  const jobId = anId(part);
  return {
    jobId,
    submissionId,
    slice: part,
    lane: facts.lane,
    modelId: facts.modelId,
    invocation: "InvokeModel",
    inputKey: `staging/${submissionId}/run/${part}.jsonl`,
    inputBytes: 100,
    recordCount: 2,
    outputPrefix: jobOutputPrefix(submissionId, jobId),
    rank: START,
    enqueuedAt: START,
    status: "Completed",
    arn: `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/job${part}`,
    endedAt: START + 99_999,
    done: false,
    outcome: { results: 1, errors: 1, ...outcome },
    ...given,
  };
}

function submission(given: Partial<Submission> = {}): Submission {
  return {
    ...facts,
    status: "Open",
    plan: { run: "run", slices: 2 },
    openJobs: new Set(),
    counts: { records: 5, results: 2, errors: 3 },
    ...given,
  };
}

function settledBucket(): MemoryObjects {
  const objects = new MemoryObjects();
  for (const part of [0, 1]) {
    objects.put(settledKeys(submissionId, part).results, `result ${part}\n`);
    objects.put(settledKeys(submissionId, part).errors, `error ${part}\n`);
  }
  objects.put("staging/errors.jsonl", "broken line\n");
  return objects;
}

const summaryIn = (objects: MemoryObjects) => JSON.parse(objects.text(`${PREFIX}summary.json`));
const planned = { errorsKey: "staging/errors.jsonl", stage: "test" };

test("the slices are joined in order, the plan's errors in front", async () => {
  const objects = settledBucket();
  await finalise(objects, submission(), [endedJob(1), endedJob(0)], planned, PREFIX);
  expect(objects.text(`${PREFIX}results.jsonl`)).toBe("result 0\nresult 1\n");
  expect(objects.text(`${PREFIX}errors.jsonl`)).toBe("broken line\nerror 0\nerror 1\n");
});

test("answers that belong to no record and lines that cannot be read lie beside, and only where there are any", async () => {
  const objects = settledBucket();
  await finalise(objects, submission(), [endedJob(0), endedJob(1)], planned, PREFIX);
  expect(objects.keys(PREFIX).map((key) => key.slice(PREFIX.length))).toEqual([
    "errors.jsonl",
    "results.jsonl",
    "summary.json",
  ]);
  expect(summaryIn(objects)).not.toHaveProperty("strayAnswers");
  objects.put(settledKeys(submissionId, 1).strays, "stray 1\nstray 2\n");
  for (const part of [0, 1]) objects.put(settledKeys(submissionId, part).unreadable, `garbled ${part}\n`);
  const jobs = [
    endedJob(0, { unreadableAnswers: 1 }),
    endedJob(1, { unreadableAnswers: 1, strayAnswers: 2, incomplete: "The manifest is missing" }),
  ];
  await finalise(objects, submission(), jobs, planned, PREFIX);
  expect(objects.text(`${PREFIX}strays.jsonl`)).toBe("stray 1\nstray 2\n");
  expect(objects.text(`${PREFIX}garbled.txt`)).toBe("garbled 0\ngarbled 1\n");
  const { strayAnswers, unreadableAnswers, jobs: told } = summaryIn(objects);
  expect([strayAnswers, unreadableAnswers]).toEqual([2, 2]);
  expect(told.map(({ incomplete }: { incomplete?: string }) => incomplete)).toEqual([
    undefined,
    "The manifest is missing",
  ]);
});

test("the summary tells counts, tokens, jobs and Bedrock's times", async () => {
  const objects = settledBucket();
  const jobs = [
    endedJob(0, { inputTokens: 10, outputTokens: 4, submittedAt: START + 2_000, endedAt: START + 3_000 }),
    endedJob(
      1,
      { inputTokens: 5, submittedAt: START + 1_000, endedAt: START + 9_000 },
      { status: "Failed", message: "No access." },
    ),
  ];
  await finalise(objects, submission({ route: "nova" }), jobs, planned, PREFIX);
  const summary = summaryIn(objects);
  expect(summary).toMatchObject({
    submissionId,
    status: "Done",
    key: facts.key,
    etag: facts.etag,
    lastModified: "2026-01-01T00:00:00.000Z",
    model: facts.modelId,
    lane: "claude",
    route: "nova",
    counts: { records: 5, results: 2, errors: 3 },
    tokens: { input: 15, output: 4 },
    submittedAt: "2026-01-01T00:00:01.000Z",
    endedAt: "2026-01-01T00:00:09.000Z",
  });
  expect(summary.jobs[1]).toEqual({
    jobId: anId(1),
    arn: "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/job1",
    jobName: `sluice-test-${anId(1).toLowerCase()}`,
    status: "Failed",
    records: 2,
    results: 1,
    errors: 1,
    submittedAt: "2026-01-01T00:00:01.000Z",
    endedAt: "2026-01-01T00:00:09.000Z",
    message: "No access.",
  });
});

test("what Bedrock never told is left out, not invented", async () => {
  const objects = settledBucket();
  await finalise(objects, submission(), [endedJob(0), endedJob(1)], {}, PREFIX);
  const summary = summaryIn(objects);
  for (const name of ["tokens", "submittedAt", "endedAt", "route", "problem"]) expect(summary).not.toHaveProperty(name);
  for (const name of ["submittedAt", "endedAt", "message", "jobName"]) expect(summary.jobs[0]).not.toHaveProperty(name);
});

test("errors.jsonl and results.jsonl are there even when they are empty", async () => {
  const objects = new MemoryObjects();
  const empty = submission({ plan: { run: "run", slices: 0 }, counts: { records: 0, results: 0, errors: 0 } });
  await finalise(objects, empty, [], {}, PREFIX);
  expect(objects.text(`${PREFIX}errors.jsonl`)).toBe("");
  expect(objects.text(`${PREFIX}results.jsonl`)).toBe("");
});

test("finalising again writes the same bytes", async () => {
  const objects = settledBucket();
  const texts = () => objects.keys(PREFIX).map((key) => objects.text(key));
  await finalise(objects, submission(), [endedJob(0), endedJob(1)], planned, PREFIX);
  const before = texts();
  await finalise(objects, submission(), [endedJob(1), endedJob(0)], planned, PREFIX);
  expect(texts()).toEqual(before);
});

test("the summary comes last: there is none while settled lines are missing", async () => {
  const objects = settledBucket();
  await objects.delete([settledKeys(submissionId, 1).errors]);
  await expect(finalise(objects, submission(), [endedJob(0), endedJob(1)], planned, PREFIX)).rejects.toThrow(
    /00001\.errors\.jsonl/,
  );
  expect(objects.keys(PREFIX)).not.toContain(`${PREFIX}summary.json`);
});

test.each([
  ["a record is open", submission({ counts: { records: 6, results: 2, errors: 3 } }), [endedJob(0), endedJob(1)]],
  ["a job is missing", submission(), [endedJob(0)]],
  ["a job has other counts than the table", submission(), [endedJob(0), endedJob(1, { results: 2, errors: 0 })]],
])("nothing is joined where the counts do not add up: %s", async (_, given, jobs) => {
  const objects = settledBucket();
  await expect(finalise(objects, given, jobs, planned, PREFIX)).rejects.toThrow(/does not add up.*collect it again/);
  expect(objects.keys(PREFIX)).toEqual([]);
});

test("a job without an outcome is named", async () => {
  const { outcome: _, ...open } = endedJob(1);
  await expect(finalise(settledBucket(), submission(), [endedJob(0), open], planned, PREFIX)).rejects.toThrow(
    `Job ${anId(1)}`,
  );
});

test("a stopped submission stays stopped in its summary", async () => {
  const objects = settledBucket();
  await finalise(objects, submission({ status: "Stopped" }), [endedJob(0), endedJob(1)], planned, PREFIX);
  expect(summaryIn(objects).status).toBe("Stopped");
});

test("a refused submission has its problem in the summary and the plan's errors beside it", async () => {
  const objects = settledBucket();
  const problem = { code: "JsonArray", message: "The file is a JSON array. Write one record on each line." };
  const refused = { ...submission({ status: "Planning", counts: { records: 1, results: 0, errors: 1 } }), problem };
  await finaliseRefused(objects, refused, { errorsKey: "staging/errors.jsonl" }, PREFIX);
  expect(summaryIn(objects)).toMatchObject({ status: "Refused", problem, jobs: [], counts: { records: 1, errors: 1 } });
  expect(objects.text(`${PREFIX}errors.jsonl`)).toBe("broken line\n");
  expect(objects.text(`${PREFIX}results.jsonl`)).toBe("");
});
