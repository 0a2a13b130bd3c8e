import { type AttributeValue, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { aJob, aSubmission, START } from "@sluice/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LocalServer } from "../test-servers/client.ts";
import { startDynalite } from "../test-servers/dynalite.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

type Item = Record<string, AttributeValue>;

/** An ended job that waits for collect, as every version has stored it. */
const storedJob: Item = {
  pk: { S: "$sluice#jobId_01KDVDNA01C9DJY05VW7P1ME4K" },
  sk: { S: "$job_1" },
  gsi1pk: { S: "$sluice#submissionId_01KDVEKTJ0559FP5E78NCNG51K" },
  gsi1sk: { S: "$job_1#jobId_01KDVDNA01C9DJY05VW7P1ME4K" },
  gsi2pk: { S: "$sluice#uncollected_true" },
  gsi2sk: { S: "$job_1#jobId_01KDVDNA01C9DJY05VW7P1ME4K" },
  __edb_e__: { S: "job" },
  __edb_v__: { S: "1" },
  jobId: { S: "01KDVDNA01C9DJY05VW7P1ME4K" },
  submissionId: { S: "01KDVEKTJ0559FP5E78NCNG51K" },
  part: { N: "1" },
  lane: { S: "claude" },
  modelId: { S: "anthropic.claude-3-haiku-20240307-v1:0" },
  invocation: { S: "InvokeModel" },
  timeoutHours: { N: "24" },
  inputKey: { S: "staging/01KDVDNA01C9DJY05VW7P1ME4K/input.jsonl" },
  inputBytes: { N: "20000" },
  recordCount: { N: "100" },
  outputPrefix: { S: "staging/01KDVDNA01C9DJY05VW7P1ME4K/out/" },
  rank: { N: "1767225600001" },
  enqueuedAt: { N: "1767225600001" },
  status: { S: "Failed" },
  statusRank: { N: "7" },
  uncollected: { BOOL: true },
  endedAt: { N: "1767225600000" },
  settled: { BOOL: false },
  message: { S: "words" },
  arn: { S: "arn" },
  outcome: { M: { results: { N: "90" }, errors: { N: "10" } } },
};

/** An open submission, as every version has stored it. */
const storedSubmission: Item = {
  pk: { S: "$sluice#submissionId_01KDVEKTJ0559FP5E78NCNG51K" },
  sk: { S: "$submission_1" },
  gsi1pk: { S: "$sluice" },
  gsi1sk: { S: "$submission_1#submissionId_01KDVEKTJ0559FP5E78NCNG51K" },
  gsi2pk: { S: "$sluice#unsettled_true" },
  gsi2sk: { S: "$submission_1#submissionId_01KDVEKTJ0559FP5E78NCNG51K" },
  __edb_e__: { S: "submission" },
  __edb_v__: { S: "1" },
  submissionId: { S: "01KDVEKTJ0559FP5E78NCNG51K" },
  bucket: { S: "sluice-test" },
  key: { S: "to-process/file-0.jsonl" },
  etag: { S: '"etag-0"' },
  lastModified: { N: "1767225600000" },
  sizeBytes: { N: "20000" },
  seenAt: { N: "1767225600500" },
  lane: { S: "claude" },
  modelId: { S: "anthropic.claude-3-haiku-20240307-v1:0" },
  invocation: { S: "InvokeModel" },
  priority: { N: "0" },
  status: { S: "Open" },
  records: { N: "100" },
  results: { N: "0" },
  errors: { N: "1" },
  unsettled: { BOOL: true },
  plan: { M: { run: { S: "run" }, parts: { N: "2" } } },
  openJobs: { SS: ["a"] },
};

const { status: _, ...facts } = aJob({ timeoutHours: 24 }, 1);
const { jobId } = facts;
const outcome = { results: 90, errors: 10 };
const job = { ...facts, status: "Failed", endedAt: START, arn: "arn", message: "words", outcome, done: false };
const { submissionId } = aSubmission();
const counts = { records: 100, results: 0, errors: 1 };
const plan = { run: "run", slices: 2 };
const submission = { ...aSubmission(), status: "Open", plan, counts, openJobs: new Set(["a"]) };

let server: LocalServer;
let table = "";
let store: DynamoStore;
let tables = 0;

beforeAll(async () => {
  server = await startDynalite();
});

beforeEach(async () => {
  table = `table-${tables++}`;
  await createTable(server.client, table);
  store = new DynamoStore({ client: server.client, table });
});

afterAll(() => server.close());

async function put(item: Item): Promise<void> {
  await server.client.send(new PutItemCommand({ TableName: table, Item: item }));
}

async function stored({ pk, sk }: Item): Promise<Item | undefined> {
  if (pk === undefined || sk === undefined) throw new Error("The item has no key.");
  const Key = { pk, sk };
  return (await server.client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
}

test("work that an earlier version left in the table is read, found and finished", async () => {
  await put(storedJob);
  await put(storedSubmission);
  expect(await store.jobs.get(jobId)).toStrictEqual(job);
  expect((await store.jobs.uncollected(10)).items).toStrictEqual([job]);
  expect(await store.submissions.get(submissionId)).toStrictEqual(submission);
  expect((await store.submissions.unfinished(10)).items).toStrictEqual([submission]);

  await store.jobs.markDone(jobId, true);
  await store.submissions.settleSlice(submissionId, "a", outcome);
  await store.submissions.finish(submissionId);
  expect((await store.jobs.uncollected(10)).items).toEqual([]);
  expect((await store.submissions.unfinished(10)).items).toEqual([]);
  expect(await stored(storedJob)).toMatchObject({ settled: { BOOL: true } });
  expect(await stored(storedSubmission)).toMatchObject({ unsettled: { BOOL: false }, status: { S: "Done" } });
});

test("work is stored as earlier versions stored it, attribute by attribute", async () => {
  await store.jobs.put(aJob({ timeoutHours: 24 }, 1));
  await store.jobs.bringForward(jobId, { status: "Failed", at: START, arn: "arn", message: "words" });
  await store.jobs.recordOutcome(jobId, outcome);
  expect(await stored(storedJob)).toStrictEqual(storedJob);

  await store.submissions.put(aSubmission());
  await store.submissions.commitPlan(submissionId, plan, counts, ["a"]);
  await store.submissions.open(submissionId);
  expect(await stored(storedSubmission)).toStrictEqual(storedSubmission);
});
