import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluated } from "../evaluation/run.ts";
import { batchEvent } from "../graph/batch-event.ts";
import { Graph } from "../graph/graph.ts";
import { callerOf, placeInS3 } from "./calls.ts";
import { commandLinePromises } from "./command-line-promises.ts";
import { firstMessage } from "./dead-letters.ts";
import { hasJava } from "./dynamodb.ts";
import { unexplained, unneeded } from "./explained-grants.ts";
import { claudeLines, fileOf, novaLines } from "./records.ts";
import { Rehearsal } from "./rehearsal.ts";

const START_MS = 600_000;
const TEST_MS = 60_000;
/** The quotas of the lanes of stacks/settings.ts: Claude Haiku's, and Nova Lite's. */
const HAIKU_QUOTA = "L-63020993";
const QUOTA = "L-E2ED42E6";
const HOUR_MS = 60 * 60_000;
/** The SDK tries a part three times; then the upload is given up. */
const BROKEN_PARTS = 3;

/** The summary of a finished drop, once it is there. */
async function summaryOf(rehearsal: Rehearsal, path: string) {
  await rehearsal.written(`processed/${path}/summary.json`);
  return JSON.parse(await rehearsal.read(`processed/${path}/summary.json`));
}

async function linesOf(rehearsal: Rehearsal, key: string): Promise<Record<string, unknown>[]> {
  const text = await rehearsal.read(key);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Kills the plan function at its first call that fits, and tells when that was. */
function killPlanAt(rehearsal: Rehearsal, fits: (service: string, sent: { url: string; body: string }) => boolean) {
  return new Promise<void>((killed) => {
    rehearsal.breaker = (service, sent) => {
      if (callerOf(sent) !== "PlanRole" || !fits(service, { url: sent.url, body: sent.body.toString() })) return false;
      rehearsal.breaker = () => false;
      rehearsal.functions.get("PlanFunction")?.kill();
      killed();
      return true;
    };
  });
}

describe.skipIf(!hasJava)("a stage on loopback (needs Java for DynamoDB Local)", { timeout: TEST_MS }, () => {
  let rehearsal: Rehearsal;
  beforeAll(async () => {
    rehearsal = await Rehearsal.start(new Graph(await evaluated("dev")));
    rehearsal.defaultQuotas.set(HAIKU_QUOTA, 10);
    rehearsal.defaultQuotas.set(QUOTA, 7);
  }, START_MS);
  afterAll(() => rehearsal?.close(), TEST_MS);

  test("files dropped come back, whatever their names, with every record as a result or an error", async () => {
    const strange = "nova/dt=2026-11-22/a b+é😀.jsonl";
    await rehearsal.drop("to-process/plain.jsonl", fileOf(claudeLines(120, "plain")));
    await rehearsal.drop(`to-process/${strange}`, fileOf([...novaLines(110, "strange"), "{broken", "[]"]));
    await rehearsal.drop("to-process/short.jsonl", fileOf(claudeLines(5, "short")));

    expect((await summaryOf(rehearsal, "plain.jsonl")).counts).toEqual({ records: 120, results: 120, errors: 0 });
    const results = await linesOf(rehearsal, "processed/plain.jsonl/results.jsonl");
    expect(results.map(({ recordId }) => recordId)).toEqual(Array.from({ length: 120 }, (_, at) => `plain-${at}`));

    const summary = await summaryOf(rehearsal, strange);
    expect(summary).toMatchObject({ route: "nova", counts: { records: 112, results: 110, errors: 2 } });
    expect(await linesOf(rehearsal, `processed/${strange}/errors.jsonl`)).toHaveLength(2);

    const refused = rehearsal.keysWritten.filter((key) => /^processed\/short\.jsonl\/.*summary\.json$/.test(key));
    expect(refused).toHaveLength(1);
    expect(JSON.parse(await rehearsal.read(refused[0] ?? ""))).toMatchObject({ status: "Refused" });
  });

  test("a throttled Create is tried again by way of the wake queue, and a refused one ends as errors", async () => {
    rehearsal.bedrock.faults.set({ throttle: { nextCreates: 1 } });
    await rehearsal.drop("to-process/throttled.jsonl", fileOf(claudeLines(100, "throttled")));
    expect((await summaryOf(rehearsal, "throttled.jsonl")).counts.results).toBe(100);
    expect(rehearsal.functions.get("WakeFunction")?.lines.join("\n")).toContain("jobSubmitted");

    rehearsal.bedrock.faults.set({ refuse: [{ operation: "Create", code: "ValidationException", next: 1 }] });
    await rehearsal.drop("to-process/invalid.jsonl", fileOf(claudeLines(100, "invalid")));
    expect((await summaryOf(rehearsal, "invalid.jsonl")).counts).toEqual({ records: 100, results: 0, errors: 100 });
  });

  test("a job that Failed ends as errors, with Bedrock's own words", async () => {
    rehearsal.bedrock.faults.set({ endings: [{ jobName: ".", status: "Failed", message: "The model was away." }] });
    await rehearsal.drop("to-process/failed.jsonl", fileOf(claudeLines(100, "failed")));
    const { counts } = await summaryOf(rehearsal, "failed.jsonl");
    rehearsal.bedrock.faults.clear();
    expect(counts).toEqual({ records: 100, results: 0, errors: 100 });
    expect(await rehearsal.read("processed/failed.jsonl/errors.jsonl")).toContain("The model was away.");
  });

  test("the schedule's sweep repairs a job whose every event was lost", async () => {
    // One that is not in Bedrock's list either is asked for by itself.
    rehearsal.bedrock.faults.set({ events: { losePercent: 100 }, listLagMs: 24 * HOUR_MS });
    await rehearsal.drop("to-process/unheard.jsonl", fileOf(claudeLines(100, "unheard")));
    const known = new Set(rehearsal.keysWritten);
    await rehearsal.written((key) => key.endsWith("/manifest.json.out") && !known.has(key));
    await rehearsal.bedrock.idle();
    await rehearsal.deliveries.fire("Sweep");
    expect((await summaryOf(rehearsal, "unheard.jsonl")).counts.results).toBe(100);
    rehearsal.bedrock.faults.clear();
    expect(rehearsal.functions.get("SweepFunction")?.lines.join("\n")).toContain("lostEventRepaired");
  });

  test("a message that fails five times is in its dead-letter queue", async () => {
    await rehearsal.queues.send(rehearsal.graph.queue("PlanQueue").state.arn, "no JSON at all");
    await rehearsal.queues.send(rehearsal.graph.queue("WakeQueue").state.arn, "no JSON at all");
    expect(await firstMessage(rehearsal, "PlanDeadLetters")).toBe("no JSON at all");
    expect(await firstMessage(rehearsal, "WakeDeadLetters")).toBe("no JSON at all");
    const failures = rehearsal.functions.get("PlanFunction")?.lines.filter((line) => line.includes("planFailed"));
    expect(failures?.filter((line) => line.includes('"level":"ERROR"'))).toHaveLength(5);
  });

  test("an event that nobody can read is kept, by the function and by the collect queue", async () => {
    const unreadable = { ...batchEvent("Completed"), detail: { status: "Completed" } };
    await rehearsal.deliveries.publish(unreadable);
    expect(JSON.parse(await firstMessage(rehearsal, "FailedEvents"))).toMatchObject({ requestPayload: unreadable });
    expect(JSON.parse(await firstMessage(rehearsal, "CollectDeadLetters"))).toEqual(unreadable);
  });

  test("while advance cannot reach the table, collect frees the slot and has the lane refilled", async () => {
    rehearsal.breaker = (service, sent) => service === "dynamodb" && callerOf(sent) === "AdvanceRole";
    await rehearsal.drop("to-process/alone.jsonl", fileOf(claudeLines(100, "alone")));
    expect((await summaryOf(rehearsal, "alone.jsonl")).counts.results).toBe(100);
    await rehearsal.deliveries.drain();
    rehearsal.breaker = () => false;
    expect(rehearsal.functions.get("CollectFunction")?.lines.join("\n")).toContain("slotReleased");
  });

  test("a sweep that cannot reach the table is kept in its dead-letter queue", async () => {
    rehearsal.breaker = (service, sent) => service === "dynamodb" && callerOf(sent) === "SweepRole";
    await rehearsal.deliveries.fire("Sweep");
    rehearsal.breaker = () => false;
    expect(JSON.parse(await firstMessage(rehearsal, "SweepDeadLetters"))).toHaveProperty("responsePayload");
  });

  test("plans that died anywhere, and a drop that S3 never told of, are found by the sweep", async () => {
    const file = (name: string) => fileOf(claudeLines(100, name));
    const isPrepared = (service: string, { url }: { url: string }) =>
      service === "s3" && placeInS3(url).key.startsWith("staging/");

    let killed = killPlanAt(rehearsal, isPrepared);
    await rehearsal.drop("to-process/killed-early.jsonl", file("killed-early"));
    await killed;
    killed = killPlanAt(rehearsal, (service, { body }) => service === "dynamodb" && body.includes("openJobs"));
    await rehearsal.drop("to-process/deleted.jsonl", file("deleted"));
    await killed;
    await rehearsal.remove("to-process/deleted.jsonl");
    let isCommitted = false;
    killed = killPlanAt(rehearsal, (service, { body }) => {
      if (service !== "dynamodb") return false;
      if (isCommitted) return true;
      isCommitted = body.includes("openJobs");
      return false;
    });
    await rehearsal.drop("to-process/killed-late.jsonl", file("killed-late"));
    await killed;
    rehearsal.losesNotifications = true;
    await rehearsal.drop("to-process/untold 😀.jsonl", file("untold 😀"));
    rehearsal.losesNotifications = false;

    rehearsal.clock.jump(25 * HOUR_MS);
    await rehearsal.deliveries.fire("Sweep");
    const all = { records: 100, results: 100, errors: 0 };
    for (const name of ["killed-early", "killed-late", "untold 😀"])
      expect((await summaryOf(rehearsal, `${name}.jsonl`)).counts, name).toEqual(all);
    await rehearsal.written((key) => /^processed\/deleted\.jsonl\/.*summary\.json$/.test(key));
  });

  test("a large file whose upload broke off is prepared again, and its results are joined on the server side", async () => {
    const wide = claudeLines(950, "wide").map((line) => line.replace("Question", `Question ${"x".repeat(10_000)}`));
    let broken = 0;
    rehearsal.breaker = (service, sent) => {
      const isPart = service === "s3" && callerOf(sent) === "PlanRole" && sent.url.includes("partNumber=");
      return isPart && broken++ < BROKEN_PARTS;
    };
    await rehearsal.drop("to-process/wide.jsonl", fileOf([...wide, "{broken"]));
    expect((await summaryOf(rehearsal, "wide.jsonl")).counts).toEqual({ records: 951, results: 950, errors: 1 });
    rehearsal.breaker = () => false;
    expect(rehearsal.guard.recorded.map(({ action }) => action)).toContain("s3:AbortMultipartUpload");
  });

  test("the lanes are measured while work is under way, as metrics that CloudWatch reads out of the log", async () => {
    const advance = rehearsal.functions.get("AdvanceFunction");
    const before = advance?.lines.length ?? 0;
    await rehearsal.drop("to-process/measured.jsonl", fileOf(claudeLines(100, "measured")));
    await advance?.logged((line) => line.includes('"status":"Scheduled"') && advance.lines.indexOf(line) >= before);
    await rehearsal.deliveries.fire("Measure");
    const metrics = rehearsal.functions.get("MeasureFunction")?.lines.map((line) => JSON.parse(line));
    expect(metrics).toContainEqual(
      expect.objectContaining({
        stage: "dev",
        service: "sluice",
        IdleLanes: 0,
        PendingJobs: 0,
        RunningJobs: 1,
        LongestScheduledHours: expect.any(Number),
      }),
    );
    await summaryOf(rehearsal, "measured.jsonl");
  });

  test("the stage is not removed while a job runs, with its name, and nothing is asked when it is made", async () => {
    const guard = rehearsal.functions.get("RemoveFunction");
    const plan = rehearsal.functions.get("PlanFunction");
    const removal = { tf: { action: "delete", prev_input: {} } };
    expect(await guard?.invoke({ tf: { action: "create" } })).toMatchObject({ answer: {} });
    expect(await guard?.invoke(removal)).toMatchObject({ answer: {} });
    const before = plan?.lines.length ?? 0;
    await rehearsal.drop("to-process/paid.jsonl", fileOf(claudeLines(100, "paid")));
    await plan?.logged((line) => line.includes('"jobSubmitted"') && plan.lines.indexOf(line) >= before);
    const name = /WorkIsOpen.* sluice-dev-[0-9a-f]{8}-[0-9a-z]{26}\./;
    expect(await guard?.invoke(removal)).toMatchObject({ error: expect.stringMatching(name) });
    await summaryOf(rehearsal, "paid.jsonl");
    expect(await guard?.invoke(removal)).toMatchObject({ answer: {} });
  });

  test("a lane's limit follows its quota: AWS's default at first, then what the account was granted", async () => {
    const limitOf = () =>
      rehearsal.functions.get("SweepFunction")?.lines.filter((line) => line.includes("limitChanged"));
    await rehearsal.drop("to-process/nova/quota.jsonl", fileOf(novaLines(100, "quota")));
    await summaryOf(rehearsal, "nova/quota.jsonl");
    expect(rehearsal.functions.get("PlanFunction")?.lines.join("\n")).toContain(`The quota ${QUOTA} is 7.`);
    rehearsal.appliedQuotas.set(QUOTA, 12.5);
    await rehearsal.deliveries.fire("Sweep");
    expect(limitOf()?.at(-1)).toContain(`The quota ${QUOTA} is 12; the lane's limit was 7.`);
  });

  describe("sluice --stage", { timeout: TEST_MS }, () => commandLinePromises(() => rehearsal));

  test("the functions were allowed every call that they made", () => {
    expect(rehearsal.guard.denied).toEqual([]);
    expect(rehearsal.guard.recorded.length).toBeGreaterThan(100);
  });

  test("every right that a role has was needed, or it is written down why it was not", () => {
    expect(unexplained(rehearsal.guard)).toEqual([]);
    expect(unneeded(rehearsal.guard)).toEqual([]);
  });

  test("every line of the logs is JSON, and none has anything of a record in it", () => {
    for (const { name, lines } of rehearsal.functions.values())
      for (const line of lines) {
        expect(() => JSON.parse(line), `${name}: ${line}`).not.toThrow();
        expect(line).not.toContain("Question");
      }
  });
});
