import { inspect } from "node:util";
import { type AttributeValue, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Store } from "@sluice/core";
import { aJob, anId, aSubmission, LONGEST, START } from "@sluice/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalServer } from "../test-servers/client.ts";
import { startDynalite } from "../test-servers/dynalite.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

const NINETY_DAYS_SECONDS = 90 * 24 * 60 * 60;
const { jobId } = aJob();
const { submissionId } = aSubmission();
const counts = { records: 1, results: 0, errors: 0 };
const jobKey = { pk: { S: `$sluice#jobId_${jobId}` }, sk: { S: "$job_1" } };
const submissionKey = { pk: { S: `$sluice#submissionId_${submissionId}` }, sk: { S: "$submission_1" } };

let server: LocalServer;
let tables = 0;

beforeAll(async () => {
  server = await startDynalite();
});

afterAll(() => server.close());

async function aTable(): Promise<string> {
  const table = `table-${tables++}`;
  await createTable(server.client, table);
  return table;
}

/** Changes an item behind the store's back. */
async function spoil(table: string, key: Record<string, AttributeValue>, change: string, values = {}): Promise<void> {
  await server.client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: key,
      UpdateExpression: change,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    }),
  );
}

/** When the table may delete an item, in epoch seconds. */
async function expiryOf(table: string, Key: Record<string, AttributeValue>): Promise<string | undefined> {
  const { Item } = await server.client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  return Item?.["expiresAt"]?.N;
}

describe("an item that Sluice never writes", () => {
  const spoilt: [what: string, change: string, values: object, words: RegExp][] = [
    ["without a prepared input", "REMOVE inputKey", {}, /inputKey is missing/],
    ["with a rank of another status", "SET statusRank = :v", { ":v": { N: "0" } }, /Submitted with the rank 0/],
    ["that runs without an ARN", "REMOVE arn", {}, /arn is missing/],
    ["that runs and has an end", "SET endedAt = :v", { ":v": { N: "5" } }, /has endedAt although it is Submitted/],
    ["that runs and has a claim", "SET leaseUntil = :v", { ":v": { N: "5" } }, /has leaseUntil although/],
    ["that waits for collect too early", "SET uncollected = :v", { ":v": { BOOL: true } }, /with uncollected true/],
  ];
  for (const [what, change, values, words] of spoilt)
    test(`is refused with its id and the reason: a job ${what}`, async () => {
      const table = await aTable();
      const store = new DynamoStore({ client: server.client, table });
      await store.jobs.put(aJob());
      await store.jobs.bringForward(jobId, { status: "Submitted", arn: "arn" });
      await spoil(table, jobKey, change, values);
      await expect(store.jobs.get(jobId)).rejects.toThrow(words);
      await expect(store.jobs.get(jobId)).rejects.toThrow(jobId);
      await expect(store.jobs.get(jobId), "its slot is of its model's quota").rejects.toMatchObject({
        name: "ItemUnreadable",
        modelId: aJob().modelId,
      });
    });

  test("is told beside those of its page that can be read", async () => {
    const table = await aTable();
    const store = new DynamoStore({ client: server.client, table });
    await store.jobs.put(aJob());
    await store.jobs.put(aJob({}, 1));
    for (const id of [jobId, aJob({}, 1).jobId]) await store.jobs.bringForward(id, { status: "Failed", at: START });
    await spoil(table, jobKey, "REMOVE endedAt", {});
    const { items, unreadable } = await store.jobs.uncollected(10);
    expect(items.map((job) => job.jobId)).toEqual([aJob({}, 1).jobId]);
    expect(unreadable).toEqual([expect.stringMatching(new RegExp(`job ${jobId} cannot be read: endedAt is missing`))]);
  });

  test("is refused: a submission that is Open and out of the index of unfinished ones", async () => {
    const table = await aTable();
    const store = new DynamoStore({ client: server.client, table });
    await store.submissions.put(aSubmission());
    await store.submissions.commitPlan(submissionId, { run: "run", slices: 1 }, counts, ["a"]);
    await store.submissions.open(submissionId);
    await spoil(table, submissionKey, "SET unsettled = :v", { ":v": { BOOL: false } });
    await expect(store.submissions.get(submissionId)).rejects.toThrow(
      `submission ${submissionId} cannot be read: it is Open with unsettled false`,
    );
  });
});

describe("ended work", () => {
  async function finish(store: Store): Promise<void> {
    await store.jobs.put(aJob());
    await store.jobs.bringForward(jobId, { status: "Completed", at: START });
    await store.jobs.markDone(jobId, true);
    await store.submissions.put(aSubmission());
    await store.submissions.commitPlan(submissionId, { run: "run", slices: 0 }, counts, []);
    await store.submissions.open(submissionId);
    await store.submissions.finish(submissionId);
  }

  test("is kept for ever unless the store is told how long", async () => {
    const table = await aTable();
    await finish(new DynamoStore({ client: server.client, table }));
    expect(await expiryOf(table, jobKey)).toBeUndefined();
    expect(await expiryOf(table, submissionKey)).toBeUndefined();
  });

  test("may be deleted so many days after it was done with, and not earlier for a repeat", async () => {
    const table = await aTable();
    let now = START;
    const store = new DynamoStore({ client: server.client, table, keep: { days: 90, now: () => now } });
    await store.jobs.put(aJob());
    expect(await expiryOf(table, jobKey)).toBeUndefined();
    await finish(store);
    now += 5_000;
    await finish(store);
    const expected = String(START / 1000 + NINETY_DAYS_SECONDS);
    expect(await expiryOf(table, jobKey)).toBe(expected);
    expect(await expiryOf(table, submissionKey)).toBe(expected);
  });

  test("is kept while its submission is open, however long that is: only the end of the submission lets jobs go", async () => {
    const table = await aTable();
    let now = START;
    const store = new DynamoStore({ client: server.client, table, keep: { days: 90, now: () => now } });
    await store.jobs.put(aJob());
    await store.jobs.bringForward(jobId, { status: "Completed", at: START });
    await store.jobs.markDone(jobId, false);
    expect(await expiryOf(table, jobKey)).toBeUndefined();
    now += 91 * 86_400_000;
    await store.jobs.markDone(jobId, true);
    expect(await expiryOf(table, jobKey)).toBe(String(now / 1000 + NINETY_DAYS_SECONDS));
  });

  test("may be deleted after its submission was taken over with results that were there", async () => {
    const table = await aTable();
    const store = new DynamoStore({ client: server.client, table, keep: { days: 90, now: () => START } });
    await store.submissions.put(aSubmission());
    await store.submissions.takeOver(submissionId, { status: "Done", folder: "processed/a/", counts });
    expect(await expiryOf(table, submissionKey)).toBe(String(START / 1000 + NINETY_DAYS_SECONDS));
    expect((await store.submissions.unfinished(10)).items).toEqual([]);
  });

  test("may be deleted after a refusal, too", async () => {
    const table = await aTable();
    const store = new DynamoStore({ client: server.client, table, keep: { days: 100, now: () => START } });
    await store.submissions.put(aSubmission());
    await store.submissions.refuse(submissionId, { code: "Empty", message: "" }, counts);
    expect(await expiryOf(table, submissionKey)).toBeDefined();
  });

  test("is never kept for less than 90 days", () => {
    for (const days of [89, 0, Number.NaN])
      expect(() => new DynamoStore({ client: server.client, table: "jobs", keep: { days, now: () => 0 } })).toThrow(
        /90 or more/,
      );
  });
});

describe("a fault of DynamoDB", () => {
  test("is thrown as the SDK threw it, and prints in a few lines", async () => {
    const store = new DynamoStore({ client: server.client, table: "no-such-table" });
    for (const call of [
      () => store.lanes.get("a"),
      () => store.jobs.put(aJob()),
      () => store.lanes.claimSlot("a", jobId, START, LONGEST),
    ]) {
      const fault: unknown = await call().then(
        () => "no fault",
        (error: unknown) => error,
      );
      expect(fault).toMatchObject({ name: "ResourceNotFoundException" });
      expect(inspect(fault, { showHidden: true, depth: 10 }).length).toBeLessThan(10_000);
    }
  });

  test("is thrown as it is where no answer came", async () => {
    const { client, close } = await startDynalite();
    const fault = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    client.middlewareStack.add(() => () => Promise.reject(fault), { step: "finalizeRequest", priority: "low" });
    const store = new DynamoStore({ client, table: "jobs" });
    await expect(store.lanes.releaseSlot("a", jobId, "failure")).rejects.toBe(fault);
    await close();
  });
});

test("items that DynamoDB left out of a batch are asked for again, and lost for no page", async () => {
  const { client, close } = await startDynalite();
  await createTable(client, "jobs");
  client.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args);
      const output = answered.output as { Responses?: Record<string, unknown[]>; UnprocessedKeys?: object };
      const found = output.Responses?.["jobs"];
      // The server answers the first two, and leaves the others over.
      if (found !== undefined && found.length > 2) {
        const items = found.splice(2) as Record<string, AttributeValue>[];
        const keys = items.map(({ pk, sk }) => ({ pk, sk }));
        output.UnprocessedKeys = { jobs: { Keys: keys, ConsistentRead: true } };
      }
      return answered;
    },
    { step: "deserialize", priority: "high" },
  );
  const store = new DynamoStore({ client, table: "jobs" });
  for (let n = 0; n < 7; n++) await store.jobs.put(aJob({}, n));
  const page = await store.jobs.ofSubmission(anId(1_000_000), 10);
  expect(page).toStrictEqual({ items: Array.from({ length: 7 }, (_, n) => aJob({}, n)) });
  await close();
});
