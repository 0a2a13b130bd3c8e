import type { JobStore } from "@sluice/core";
import { aJob, anId, aSubmission, START } from "@sluice/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LocalServer } from "../test-servers/client.ts";
import { startDynalite } from "../test-servers/dynalite.ts";
import { DynamoStore } from "./store.ts";
import { createTable } from "./table.ts";

let server: LocalServer;
let calls: string[] = [];

beforeAll(async () => {
  server = await startDynalite();
  await createTable(server.client, "jobs");
  server.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        calls.push(String(commandName).replace("Command", ""));
        return next(args);
      },
    { step: "initialize" },
  );
});

afterAll(() => server.close());

const counts = { records: 1, results: 0, errors: 0 };
const { submissionId } = aSubmission();
const block = { kind: "quota", until: 0, reason: "", tries: 1 } as const;
const entry = { lane: "claude", rank: 1, jobId: anId(0) };
const ended = { status: "Completed", at: START } as const;

/** Every operation once where it succeeds and once where it is refused, in an order in which that is so. */
const story: [what: string, call: (store: JobStore) => Promise<unknown>, expected: string][] = [
  ["setLimit", (s) => s.setLimit("claude", 3), "UpdateItem"],
  ["lane", (s) => s.lane("claude"), "GetItem"],
  ["lanes", (s) => s.lanes(), "Query"],
  ["claimSlot", (s) => s.claimSlot("claude", anId(0), START), "UpdateItem"],
  ["claimSlot, refused", (s) => s.claimSlot("claude", anId(0), START), "UpdateItem"],
  ["finishClaiming", (s) => s.finishClaiming("claude", anId(0)), "UpdateItem"],
  ["releaseSlot", (s) => s.releaseSlot("claude", anId(0), "success"), "UpdateItem"],
  ["releaseSlot, refused", (s) => s.releaseSlot("claude", anId(0), "success"), "UpdateItem"],
  ["blockLane", (s) => s.blockLane("claude", block), "UpdateItem"],
  ["liftBlock", (s) => s.liftBlock("claude", ["quota"]), "UpdateItem"],
  ["winListing", (s) => s.winListing("claude", 0, START), "UpdateItem"],
  ["noteMissed", (s) => s.noteMissed("claude", START), "UpdateItem"],
  ["enqueue", (s) => s.enqueue(entry), "PutItem"],
  ["queueHead", (s) => s.queueHead("claude", 10), "Query"],
  ["queueLength", (s) => s.queueLength("claude", 10), "Query"],
  ["dropEntry", (s) => s.dropEntry(entry), "DeleteItem"],
  ["putJob", (s) => s.putJob(aJob({ submissionId })), "PutItem"],
  ["putJob, refused", (s) => s.putJob(aJob({ submissionId })), "PutItem"],
  ["job", (s) => s.job(anId(0)), "GetItem"],
  ["jobsOf", (s) => s.jobsOf(submissionId, 100), "Query BatchGetItem"],
  ["takeClaim", (s) => s.takeClaim(anId(0), "run", START, START + 1), "UpdateItem"],
  ["takeClaim, refused", (s) => s.takeClaim(anId(0), "run", START, START + 1), "UpdateItem"],
  ["yieldClaim", (s) => s.yieldClaim(anId(0), "run", { leaseUntil: 0, odd: false }), "UpdateItem"],
  ["moveJob", (s) => s.moveJob(anId(0), ended), "UpdateItem"],
  ["moveJob, refused", (s) => s.moveJob(anId(0), ended), "UpdateItem"],
  ["recordOutcome", (s) => s.recordOutcome(anId(0), { results: 1, errors: 0 }), "UpdateItem"],
  ["uncollected", (s) => s.uncollected(100), "Query BatchGetItem"],
  ["settleJob", (s) => s.settleJob(anId(0)), "UpdateItem"],
  ["uncollected, none", (s) => s.uncollected(100), "Query"],
  ["putSubmission", (s) => s.putSubmission(aSubmission()), "PutItem"],
  ["putSubmission, refused", (s) => s.putSubmission(aSubmission()), "PutItem GetItem"],
  ["submission", (s) => s.submission(submissionId), "GetItem"],
  ["submissions", (s) => s.submissions(100), "Query BatchGetItem"],
  ["unsettledSubmissions", (s) => s.unsettledSubmissions(100), "Query BatchGetItem"],
  ["commitPlan", (s) => s.commitPlan(submissionId, { run: "r", parts: 1 }, counts, ["a"]), "UpdateItem"],
  ["commitPlan, refused", (s) => s.commitPlan(submissionId, { run: "r", parts: 1 }, counts, []), "UpdateItem GetItem"],
  [
    "refuseSubmission, refused",
    (s) => s.refuseSubmission(submissionId, { code: "", message: "" }, counts),
    "UpdateItem",
  ],
  ["openSubmission", (s) => s.openSubmission(submissionId), "UpdateItem"],
  ["settlePart", (s) => s.settlePart(submissionId, "a", { results: 1, errors: 0 }), "UpdateItem"],
  ["settlePart, refused", (s) => s.settlePart(submissionId, "a", { results: 1, errors: 0 }), "UpdateItem GetItem"],
  ["finishSubmission", (s) => s.finishSubmission(submissionId), "UpdateItem"],
  ["claimPath", (s) => s.claimPath("b", "k", submissionId), "UpdateItem"],
  ["claimPath, refused", (s) => s.claimPath("b", "k", "another"), "UpdateItem"],
  ["setBookmark", (s) => s.setBookmark("drops", { startedAt: 0 }), "PutItem"],
  ["bookmark", (s) => s.bookmark("drops"), "GetItem"],
];

test("every operation is one request, and a second one only to tell what won or what an index found", async () => {
  const store = new DynamoStore({ client: server.client, table: "jobs" });
  const made: [string, string][] = [];
  for (const [what, call] of story) {
    calls = [];
    await call(store);
    made.push([what, calls.join(" ")]);
  }
  expect(made).toEqual(story.map(([what, , expected]) => [what, expected]));
});
