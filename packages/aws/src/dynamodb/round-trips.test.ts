import type { Store } from "@sluice/core";
import { aJob, anId, aSubmission, LATEST, LONGEST, START } from "@sluice/testing";
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
const takenOver = { status: "Done", folder: "processed/a/", counts } as const;

const story: [what: string, call: (store: Store) => Promise<unknown>, expected: string][] = [
  ["lanes.setLimit", (s) => s.lanes.setLimit("claude", 3), "UpdateItem"],
  ["lanes.get", (s) => s.lanes.get("claude"), "GetItem"],
  ["lanes.all", (s) => s.lanes.all(), "Query"],
  ["lanes.claimSlot", (s) => s.lanes.claimSlot("claude", anId(0), START, LONGEST), "UpdateItem"],
  ["lanes.claimSlot, refused", (s) => s.lanes.claimSlot("claude", anId(0), START, LONGEST), "UpdateItem"],
  ["lanes.finishClaiming", (s) => s.lanes.finishClaiming("claude", anId(0)), "UpdateItem"],
  ["lanes.releaseSlot", (s) => s.lanes.releaseSlot("claude", anId(0), "success"), "UpdateItem"],
  ["lanes.releaseSlot, refused", (s) => s.lanes.releaseSlot("claude", anId(0), "success"), "UpdateItem"],
  ["lanes.block", (s) => s.lanes.block("claude", block), "UpdateItem"],
  ["lanes.liftBlock", (s) => s.lanes.liftBlock("claude", ["quota"]), "UpdateItem"],
  ["lanes.winListing", (s) => s.lanes.winListing("claude", 0, START), "UpdateItem"],
  ["lanes.noteMissed", (s) => s.lanes.noteMissed("claude", START), "UpdateItem"],
  ["queue.put", (s) => s.queue.put(entry), "PutItem"],
  ["queue.head", (s) => s.queue.head("claude", 10), "Query"],
  ["queue.count", (s) => s.queue.count("claude", 10), "Query"],
  ["queue.drop", (s) => s.queue.drop(entry), "DeleteItem"],
  ["jobs.put", (s) => s.jobs.put(aJob({ submissionId })), "PutItem"],
  ["jobs.put, refused", (s) => s.jobs.put(aJob({ submissionId })), "PutItem"],
  ["jobs.get", (s) => s.jobs.get(anId(0)), "GetItem"],
  ["jobs.ofSubmission", (s) => s.jobs.ofSubmission(submissionId, 100), "Query BatchGetItem"],
  ["jobs.takeClaim", (s) => s.jobs.takeClaim(anId(0), "run", START, START + 1, LATEST), "UpdateItem"],
  ["jobs.takeClaim, refused", (s) => s.jobs.takeClaim(anId(0), "run", START, START + 1, LATEST), "UpdateItem"],
  ["jobs.yieldClaim", (s) => s.jobs.yieldClaim(anId(0), "run", { leaseUntil: 0, odd: false }), "UpdateItem"],
  ["jobs.bringForward", (s) => s.jobs.bringForward(anId(0), ended), "UpdateItem"],
  ["jobs.bringForward, refused", (s) => s.jobs.bringForward(anId(0), ended), "UpdateItem"],
  ["jobs.recordOutcome", (s) => s.jobs.recordOutcome(anId(0), { results: 1, errors: 0 }), "UpdateItem"],
  ["jobs.uncollected", (s) => s.jobs.uncollected(100), "Query BatchGetItem"],
  ["jobs.markDone", (s) => s.jobs.markDone(anId(0), true), "UpdateItem"],
  ["jobs.uncollected, none", (s) => s.jobs.uncollected(100), "Query"],
  ["submissions.put", (s) => s.submissions.put(aSubmission()), "PutItem"],
  ["submissions.put, refused", (s) => s.submissions.put(aSubmission()), "PutItem GetItem"],
  ["submissions.get", (s) => s.submissions.get(submissionId), "GetItem"],
  ["submissions.newest", (s) => s.submissions.newest(100), "Query BatchGetItem"],
  ["submissions.unfinished", (s) => s.submissions.unfinished(100), "Query BatchGetItem"],
  [
    "submissions.commitPlan",
    (s) => s.submissions.commitPlan(submissionId, { run: "r", slices: 1 }, counts, ["a"]),
    "UpdateItem",
  ],
  [
    "submissions.commitPlan, refused",
    (s) => s.submissions.commitPlan(submissionId, { run: "r", slices: 1 }, counts, []),
    "UpdateItem GetItem",
  ],
  [
    "submissions.refuse, refused",
    (s) => s.submissions.refuse(submissionId, { code: "", message: "" }, counts),
    "UpdateItem",
  ],
  ["submissions.open", (s) => s.submissions.open(submissionId), "UpdateItem"],
  [
    "submissions.settleSlice",
    (s) => s.submissions.settleSlice(submissionId, "a", { results: 1, errors: 0 }),
    "UpdateItem",
  ],
  [
    "submissions.settleSlice, refused",
    (s) => s.submissions.settleSlice(submissionId, "a", { results: 1, errors: 0 }),
    "UpdateItem GetItem",
  ],
  ["submissions.chooseFolder", (s) => s.submissions.chooseFolder(submissionId, "processed/a/"), "UpdateItem"],
  [
    "submissions.chooseFolder, refused",
    (s) => s.submissions.chooseFolder(submissionId, "processed/b/"),
    "UpdateItem GetItem",
  ],
  ["submissions.takeOver", (s) => s.submissions.takeOver(submissionId, takenOver), "UpdateItem"],
  ["submissions.takeOver, refused", (s) => s.submissions.takeOver(submissionId, takenOver), "UpdateItem"],
  ["submissions.finish", (s) => s.submissions.finish(submissionId), "UpdateItem"],
  ["submissions.claimPath", (s) => s.submissions.claimPath("b", "k", submissionId), "UpdateItem"],
  ["submissions.claimPath, refused", (s) => s.submissions.claimPath("b", "k", "another"), "UpdateItem"],
  ["bookmarks.set", (s) => s.bookmarks.set("drops", { startedAt: 0 }), "PutItem"],
  ["bookmarks.get", (s) => s.bookmarks.get("drops"), "GetItem"],
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
