import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { jobIdOf, jobNameOf, type LogEntry, processedPrefix, submissionIdOf } from "@sluice/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectoryHeld } from "../directory/held.ts";
import { writeSettings } from "../directory/settings-file.ts";
import { LOCAL_STAGE } from "./compose.ts";
import { type LocalWorld, type LocalWorldOptions, openBucket, startLocalWorld } from "./start.ts";
import { fileOf, linesFor, MAX_RECORDS, NOVA, resultLines, serverJobs, testSettings } from "./test-drops.ts";

const SPEED = 4_000;
const MAX_TEST_MS = 60_000;

describe("The local world", { timeout: MAX_TEST_MS }, () => {
  let dir: string;
  const open: LocalWorld[] = [];
  const log: LogEntry[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "sluice-world-"));
    await writeSettings(dir, testSettings);
    log.length = 0;
  });
  afterEach(async () => {
    for (const local of open.splice(0)) await local.close();
    await rm(dir, { recursive: true, force: true });
  });

  const start = async (options: Partial<LocalWorldOptions> = {}) => {
    const onLog = (entry: LogEntry) => log.push(entry);
    const local = await startLocalWorld({ dir, speed: SPEED, restMs: 50, onLog, ...options });
    open.push(local);
    return local;
  };
  const settled = (local: LocalWorld) => local.idle(AbortSignal.timeout(MAX_TEST_MS));
  const resultsOf = (local: LocalWorld, key: string, name = "results.jsonl", id?: string) =>
    resultLines(local.objects, `${processedPrefix(key, id === undefined, id ?? "")}${name}`);
  const idsOf = (stem: string, records: number) => Array.from({ length: records }, (_, n) => `${stem}-${n}`);
  /** Drops a file of one job, and tells the name that the job will have in Bedrock. */
  const dropOne = async (local: LocalWorld, key: string, stem: string) => {
    const head = await local.objects.put(key, fileOf(linesFor(stem, 20)));
    const submissionId = submissionIdOf(local.objects.bucket, head);
    return { submissionId, jobName: jobNameOf(LOCAL_STAGE, jobIdOf(submissionId, head.lastModified, 0)) };
  };

  it("gives every dropped record its result, in order, whatever the file's name and form", async () => {
    const local = await start();
    const drops = [
      { key: "to-process/plain.jsonl", stem: "plain" },
      { key: "to-process/a b + c%20=d/レビュー 🙂.jsonl", stem: "odd" },
      { key: "to-process/nova/packed.jsonl.gz", stem: "packed", packed: true, model: NOVA },
    ];
    for (const { key, stem, packed, model } of drops) {
      const bytes = fileOf(linesFor(stem, 30, model));
      const path = join(local.objects.directory, key);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, packed ? gzipSync(bytes) : bytes);
    }
    await settled(local);
    for (const { key, stem } of drops) {
      const results = await resultsOf(local, key);
      expect(results.map(({ recordId }) => recordId)).toEqual(idsOf(stem, 30));
      expect(results.every(({ modelOutput }) => typeof modelOutput === "object")).toBe(true);
      expect(await resultsOf(local, key, "errors.jsonl")).toEqual([]);
    }
    const summary = await readFile(join(local.objects.directory, "processed/plain.jsonl/summary.json"), "utf8");
    expect(JSON.parse(summary)).toMatchObject({ status: "Done", counts: { records: 30, results: 30, errors: 0 } });
    expect(local.deadLetters).toEqual([]);
  });

  it("splits a file over the lane's record limit, and joins its results in the input's order", async () => {
    const local = await start();
    const records = MAX_RECORDS * 4 + 7;
    await local.objects.put("to-process/large.jsonl", fileOf(linesFor("large", records)));
    await settled(local);
    expect((await resultsOf(local, "to-process/large.jsonl")).map(({ recordId }) => recordId)).toEqual(
      idsOf("large", records),
    );
    expect(await serverJobs(dir)).toHaveLength(5);
  });

  it("runs a later drop of the same key by itself, even of the same bytes, and keeps the results of both", async () => {
    const local = await start();
    const key = "to-process/again.jsonl";
    const first = await dropOne(local, key, "again");
    await settled(local);
    const second = await dropOne(local, key, "again");
    await settled(local);
    expect(second.submissionId).not.toBe(first.submissionId);
    expect(await resultsOf(local, key)).toHaveLength(20);
    expect(await resultsOf(local, key, "results.jsonl", second.submissionId)).toHaveLength(20);
    expect(await serverJobs(dir)).toHaveLength(2);
  });

  it("tells broken lines from good ones, and refuses what is no file of records with words", async () => {
    const local = await start();
    const lines = linesFor("mixed", 20);
    await local.objects.put("to-process/mixed.jsonl", fileOf([...lines.slice(0, 10), "{broken", ...lines.slice(10)]));
    await local.objects.put("to-process/pretty.jsonl", Buffer.from(JSON.stringify({ a: [1, 2] }, undefined, 2)));
    await settled(local);
    expect(await resultsOf(local, "to-process/mixed.jsonl")).toHaveLength(20);
    expect(await resultsOf(local, "to-process/mixed.jsonl", "errors.jsonl")).toMatchObject([
      { line: 11, error: { code: "NotJson" } },
    ]);
    const { items } = await local.world.store.submissions.newest(10);
    const refused = items.find(({ key }) => key === "to-process/pretty.jsonl");
    expect(refused?.status).toBe("Refused");
    expect(refused?.problem?.message).toMatch(/\S+ \S+/);
  });

  it("settles everything although every event is lost", async () => {
    const local = await start({ deliver: () => false });
    for (let n = 0; n < 5; n++) await dropOne(local, `to-process/lost-${n}.jsonl`, `lost-${n}`);
    await settled(local);
    for (let n = 0; n < 5; n++) expect(await resultsOf(local, `to-process/lost-${n}.jsonl`)).toHaveLength(20);
  });

  it("settles everything once although every event is repeated, and half of them are late", async () => {
    const events = { losePercent: 0, repeatPercent: 100, delayPercent: 50, delayMs: 300 };
    const local = await start({ bedrock: { faults: { events } } });
    for (let n = 0; n < 5; n++) await dropOne(local, `to-process/twice-${n}.jsonl`, `twice-${n}`);
    await settled(local);
    for (let n = 0; n < 5; n++) expect(await resultsOf(local, `to-process/twice-${n}.jsonl`)).toHaveLength(20);
    expect(await serverJobs(dir)).toHaveLength(5);
  });

  it("gives records whose job failed or expired that reason, and keeps what a partial job delivered", async () => {
    const local = await start();
    const keys = {
      Failed: "to-process/f.jsonl",
      Expired: "to-process/e.jsonl",
      PartiallyCompleted: "to-process/p.jsonl",
    };
    const endings = [];
    for (const [status, key] of Object.entries(keys)) {
      const { jobName } = await dropOne(local, key, status);
      endings.push({ jobName, status: status as keyof typeof keys, processedFraction: status === "Failed" ? 0 : 0.5 });
      // At once: the job must not be through its checks before.
      local.faults.set({ endings });
    }
    await settled(local);
    const counts = async (key: string) => ({
      results: (await resultsOf(local, key)).length,
      errors: (await resultsOf(local, key, "errors.jsonl")).map(({ error }) => error?.code),
    });
    expect(await counts(keys.Failed)).toEqual({ results: 0, errors: Array(20).fill("JobFailed") });
    expect(await counts(keys.Expired)).toEqual({ results: 0, errors: Array(20).fill("JobExpired") });
    expect(await counts(keys.PartiallyCompleted)).toEqual({ results: 10, errors: Array(10).fill("NotProcessed") });
  });

  it("waits out refusals, throttling and lost answers of Create, and never makes a second job", async () => {
    const local = await start();
    local.faults.set({
      throttle: { nextCreates: 2, percent: 0 },
      loseAnswer: { nextCreates: 2, percent: 0 },
      refuse: [{ operation: "Create", code: "ServiceQuotaExceededException", next: 1 }],
    });
    for (let n = 0; n < 4; n++) await dropOne(local, `to-process/hard-${n}.jsonl`, `hard-${n}`);
    await settled(local);
    for (let n = 0; n < 4; n++) expect(await resultsOf(local, `to-process/hard-${n}.jsonl`)).toHaveLength(20);
    expect(await serverJobs(dir)).toHaveLength(4);
    expect(log.map(({ event }) => event)).toContain("laneBlocked");
  });

  it("takes up what was dropped while nothing ran, and what a close left half done", async () => {
    const bucket = await openBucket(dir);
    for (let n = 0; n < 6; n++) await bucket.put(`to-process/early-${n}.jsonl`, fileOf(linesFor(`early-${n}`, 20)));
    const first = await start();
    while ((await serverJobs(dir)).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.close();
    const second = await start();
    await settled(second);
    for (let n = 0; n < 6; n++) expect(await resultsOf(second, `to-process/early-${n}.jsonl`)).toHaveLength(20);
    expect(await serverJobs(dir)).toHaveLength(6);
  });

  it("has a directory for itself, tells the next one who has it, and gives it back", async () => {
    const first = await start({ purpose: "sluice dev" });
    const second = startLocalWorld({ dir, speed: SPEED });
    await expect(second).rejects.toThrow(DirectoryHeld);
    await expect(second).rejects.toThrow(`sluice dev (process ${process.pid})`);
    expect(JSON.parse(await readFile(join(dir, "dev.json"), "utf8"))).toMatchObject({
      ...first.endpoints,
      pid: process.pid,
    });
    await first.close();
    expect(existsSync(join(dir, "dev.json"))).toBe(false);
    await (await start()).close();
  });

  it.skipIf(process.getuid?.() === 0)("says of a directory that may not be written to what to do", async () => {
    await chmod(dir, 0o500);
    await expect(start()).rejects.toThrow(/cannot be used \(EACCES.*Check that this user may write there/);
    await chmod(dir, 0o700);
  });

  it("takes settings with quotas as they are: ten jobs at once in such a lane, or what --slots says", async () => {
    const [name = "", lane] = Object.entries(testSettings.lanes)[0] ?? [];
    const byQuota = { ...testSettings.lanes, [name]: { ...lane, limit: { quota: "L-1A2B3C4D" } } };
    await writeSettings(dir, { ...testSettings, lanes: byQuota });
    const limits = ({ world: { settings } }: LocalWorld) => Object.values(settings.lanes).map(({ limit }) => limit);
    const first = await start();
    const others = Object.values(testSettings.lanes).slice(1);
    expect(limits(first)).toEqual([10, ...others.map(({ limit }) => limit)]);
    await dropOne(first, "to-process/quota.jsonl", "quota");
    await settled(first);
    expect(await resultsOf(first, "to-process/quota.jsonl")).toHaveLength(20);
    await first.close();
    expect(limits(await start({ slots: 4 }))).toEqual([4, ...others.map(() => 4)]);
  });

  it("begins no plan beside one that is under way: files are read in real time, however fast the world", async () => {
    const local = await start();
    const submissionId = submissionIdOf("local", { key: "to-process/slow.jsonl", etag: "e", lastModified: 1_000 });
    const seenAt = Date.now() - 60_000;
    const where = { submissionId, bucket: "local", key: "to-process/slow.jsonl", etag: "e", lastModified: 1_000 };
    const how = { lane: "nova", modelId: NOVA, invocation: "InvokeModel", priority: 0 } as const;
    await local.world.store.submissions.put({ ...where, ...how, sizeBytes: 1, seenAt });
    await local.sweep();
    // Its object is not there, so that whoever begins the plan ends it at once.
    expect(await local.world.store.submissions.get(submissionId)).toMatchObject({ status: "Planning" });
  });

  it("writes settings where there are none, and names what is wrong with those that are there", async () => {
    const empty = join(dir, "empty");
    const local = await start({ dir: empty, slots: 4 });
    expect(Object.values(local.world.settings.lanes).map(({ limit }) => limit)).toEqual(
      Array(Object.keys(local.world.settings.lanes).length).fill(4),
    );
    await local.close();
    await writeFile(
      join(empty, "sluice.json"),
      JSON.stringify({ ...testSettings, default: { model: "amazon.gone-v1:0" } }),
    );
    await expect(startLocalWorld({ dir: empty })).rejects.toThrow(/default\.model: amazon.gone-v1:0 is in no lane/);
    await writeFile(join(empty, "sluice.json"), "{");
    await expect(startLocalWorld({ dir: empty })).rejects.toThrow(/sluice\.json.*\n.*no JSON/);
  });
});
