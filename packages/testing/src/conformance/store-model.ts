import { type BlockKind, hasRoom, isBlocked, type JobStore, type ReleaseOutcome } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aJob, aSubmission } from "../builders.ts";
import { MemoryStore } from "../memory/store.ts";
import { everyPage, type MakeStore, type StoreTest } from "./store-fixture.ts";

const STORIES_TIMEOUT_MS = 60_000;

/** One call of the port, made on the store and on the store in memory, which must answer the same. */
class Call implements fc.AsyncCommand<JobStore, JobStore> {
  constructor(
    private readonly words: string,
    readonly on: (store: JobStore) => Promise<unknown>,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: JobStore, real: JobStore): Promise<void> {
    const answered = await this.on(real);
    expect(answered, this.words).toStrictEqual(await this.on(model));
  }

  toString(): string {
    return this.words;
  }
}

const lane = fc.constantFrom("a", "A");
const jobId = fc.constantFrom("j1", "j2", "j3", "j4");
const submissionId = fc.constantFrom("s1", "s2");
const time = fc.integer({ min: 0, max: 6 });
const owner = fc.constantFrom("run1", "run2");
const kind = fc.constantFrom<BlockKind>("quota", "throttled", "denied", "failures");
const entry = fc.record({ lane, rank: fc.integer({ min: -2, max: 2 }), jobId });
const counts = fc.record({ records: time, results: time, errors: time });

/** A call whose words are its name and what it was given. */
function calls<Given>(
  name: keyof JobStore,
  given: fc.Arbitrary<Given>,
  call: (store: JobStore, given: Given) => Promise<unknown>,
): fc.Arbitrary<Call> {
  return given.map((drawn) => new Call(`${name}(${fc.stringify(drawn)})`, (store) => call(store, drawn)));
}

const laneCalls = [
  calls("setLimit", fc.tuple(lane, fc.integer({ min: 0, max: 3 })), (store, g) => store.setLimit(...g)),
  calls("claimSlot", fc.tuple(lane, jobId, time), (store, g) => store.claimSlot(...g)),
  calls("finishClaiming", fc.tuple(lane, jobId), (store, g) => store.finishClaiming(...g)),
  calls(
    "releaseSlot",
    fc.tuple(lane, jobId, fc.constantFrom<ReleaseOutcome>("failure", "failure", "success", "neutral")),
    (store, g) => store.releaseSlot(...g),
  ),
  calls("blockLane", fc.tuple(lane, kind, time), (store, [name, kind, until]) =>
    store.blockLane(name, { kind, until, reason: "", tries: 1 }),
  ),
  calls("liftBlock", fc.tuple(lane, fc.subarray<BlockKind>(["quota", "throttled"])), (store, g) =>
    store.liftBlock(...g),
  ),
  calls("winListing", fc.tuple(lane, time, time), (store, g) => store.winListing(...g)),
  calls("noteMissed", fc.tuple(lane, time), (store, g) => store.noteMissed(...g)),
  calls("lane", lane, (store, g) => store.lane(g)),
  calls("lanes", fc.constant([]), (store) => store.lanes()),
];

const queueCalls = [
  calls("enqueue", entry, (store, g) => store.enqueue(g)),
  calls("dropEntry", entry, (store, g) => store.dropEntry(g)),
  calls("queueHead", fc.tuple(fc.integer({ min: 1, max: 4 }), entry, fc.boolean()), (store, [limit, after, all]) =>
    all ? store.queueHead(after.lane, limit) : store.queueHead(after.lane, limit, after),
  ),
  calls("queueLength", fc.tuple(lane, time), (store, g) => store.queueLength(...g)),
];

const jobCalls = [
  calls("putJob", fc.tuple(jobId, submissionId), (store, [id, of]) =>
    store.putJob(aJob({ jobId: id, submissionId: of })),
  ),
  calls("job", jobId, (store, g) => store.job(g)),
  calls("takeClaim", fc.tuple(jobId, owner, time, time), (store, g) => store.takeClaim(...g)),
  calls(
    "yieldClaim",
    fc.tuple(
      jobId,
      owner,
      fc.record({ leaseUntil: time, odd: fc.boolean(), doubtSince: time }, { requiredKeys: ["leaseUntil", "odd"] }),
    ),
    (store, g) => store.yieldClaim(...g),
  ),
  calls("moveJob", fc.tuple(jobId, fc.constantFrom("Submitted", "InProgress", "Stopping"), owner), (store, g) =>
    store.moveJob(g[0], { status: g[1], arn: g[2] }),
  ),
  calls("moveJob", fc.tuple(jobId, fc.constantFrom("Completed", "Failed", "Expired"), time), (store, g) =>
    store.moveJob(g[0], { status: g[1], at: g[2], ...(g[2] > 3 && { message: "words", arn: "late" }) }),
  ),
  calls("moveJob", fc.tuple(jobId, time, owner), (store, g) =>
    store.moveJob(g[0], { status: "Failed", at: g[1], owner: g[2] }),
  ),
  calls("recordOutcome", fc.tuple(jobId, fc.record({ results: time, errors: time })), (store, g) =>
    store.recordOutcome(...g),
  ),
  calls("settleJob", jobId, (store, g) => store.settleJob(g)),
  calls("jobsOf", submissionId, (store, g) => everyItem((cursor) => store.jobsOf(g, 2, cursor))),
  calls("uncollected", fc.constant([]), (store) => everyItem((cursor) => store.uncollected(2, cursor))),
];

const submissionCalls = [
  calls("putSubmission", submissionId, (store, g) => store.putSubmission(aSubmission({ submissionId: g }))),
  calls("submission", submissionId, (store, g) => store.submission(g)),
  calls("commitPlan", fc.tuple(submissionId, owner, counts, fc.uniqueArray(jobId)), (store, [id, run, counts, jobs]) =>
    ifThere(store, id, () => store.commitPlan(id, { run, parts: jobs.length }, counts, jobs)),
  ),
  calls("openSubmission", submissionId, (store, g) => store.openSubmission(g)),
  calls("refuseSubmission", fc.tuple(submissionId, counts), (store, [id, counts]) =>
    store.refuseSubmission(id, { code: "Empty", message: "" }, counts),
  ),
  calls("settlePart", fc.tuple(submissionId, jobId, counts), (store, [id, job, settled]) =>
    ifThere(store, id, () => store.settlePart(id, job, settled)),
  ),
  calls("finishSubmission", submissionId, (store, g) => store.finishSubmission(g)),
  calls("submissions", fc.constant([]), (store) => everyItem((cursor) => store.submissions(1, cursor))),
  calls("unsettledSubmissions", fc.constant([]), (store) =>
    everyItem((cursor) => store.unsettledSubmissions(1, cursor)),
  ),
  calls("claimPath", fc.tuple(lane, jobId, submissionId), (store, g) => store.claimPath(...g)),
];

async function everyItem<T>(page: Parameters<typeof everyPage<T>>[0]): Promise<T[]> {
  return (await everyPage(page)).items;
}

/** Of a submission that is not there these calls throw, which the other tests say. */
async function ifThere<T>(store: JobStore, id: string, call: () => Promise<T>): Promise<T | undefined> {
  return (await store.submission(id)) === undefined ? undefined : call();
}

/** What the store promises of any story: that it goes as it goes in memory. */
export function modelConformance(promise: StoreTest, makeStore: MakeStore): void {
  describe("any story", () => {
    const stories = { lanes: laneCalls, queues: queueCalls, jobs: jobCalls, submissions: submissionCalls };
    for (const [what, callsOfIt] of Object.entries(stories))
      test(`of ${what} goes as it goes in memory`, { timeout: STORIES_TIMEOUT_MS }, async () => {
        const tell = async (story: Iterable<fc.AsyncCommand<JobStore, JobStore>>) => {
          const { store, close } = await makeStore();
          try {
            await fc.asyncModelRun(() => ({ model: new MemoryStore(), real: store }), story);
          } finally {
            await close?.();
          }
        };
        await fc.assert(fc.asyncProperty(fc.commands(callsOfIt, { maxCommands: 60, size: "max" }), tell), {
          numRuns: 15,
        });
      });

    promise("of slots gives one exactly if the lane's own words say so", async (store) => {
      const steps = fc.array(fc.tuple(fc.oneof(...laneCalls), lane, jobId, time), { minLength: 1, maxLength: 20 });
      const tell = async (story: [Call, string, string, number][]) => {
        for (const [call, name, id, now] of story) {
          await call.on(store);
          const before = await store.lane(name);
          const may = before !== undefined && !before.holders.has(id) && !isBlocked(before, now) && hasRoom(before);
          expect(await store.claimSlot(name, id, now)).toBe(may);
        }
      };
      await fc.assert(fc.asyncProperty(steps, tell), { numRuns: 25 });
    });
  });
}
