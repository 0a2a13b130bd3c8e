import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { LogEntry } from "@sluice/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeSettings } from "../directory/settings-file.ts";
import { type LocalWorld, startLocalWorld } from "./start.ts";
import { fileOf, linesFor, resultLines, serverJobs, testSettings } from "./test-drops.ts";

const SPEED = 4_000;
const MAX_TEST_MS = 60_000;

describe("A world whose folder is anybody's", { timeout: MAX_TEST_MS }, () => {
  let home: string;
  let dir: string;
  const open: LocalWorld[] = [];
  const log: LogEntry[] = [];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "sluice-hostile-"));
    dir = join(home, "world");
    await mkdir(dir);
    await writeSettings(dir, testSettings);
    log.length = 0;
  });
  afterEach(async () => {
    for (const local of open.splice(0)) await local.close();
    await rm(home, { recursive: true, force: true });
  });

  const start = async () => {
    const local = await startLocalWorld({ dir, speed: SPEED, restMs: 50, onLog: (entry) => log.push(entry) });
    open.push(local);
    return local;
  };
  const settled = (local: LocalWorld) => local.idle(AbortSignal.timeout(MAX_TEST_MS));
  const idsOf = async (local: LocalWorld, path: string, name = "results.jsonl") =>
    (await resultLines(local.objects, `processed/${path}/${name}`)).map(({ recordId }) => recordId);

  it("says of what is no file that it is not read, whenever it came, and runs the files beside it", async () => {
    const drops = join(dir, "bucket", "to-process");
    const outside = join(home, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "secret.jsonl"), fileOf(linesFor("secret", 20)));
    await mkdir(drops, { recursive: true });
    execFileSync("mkfifo", [join(drops, "early.jsonl")]);
    const local = await start();
    execFileSync("mkfifo", [join(drops, "pipe.jsonl")]);
    await symlink(outside, join(drops, "outdir"));
    await symlink(join(outside, "secret.jsonl"), join(drops, "out.jsonl"));
    await symlink("/dev/zero", join(drops, "zero.jsonl"));
    await symlink("circle.jsonl", join(drops, "circle.jsonl"));
    await symlink(".", join(drops, "itself"));
    await local.objects.put("to-process/good.jsonl", fileOf(linesFor("good", 20)));
    await settled(local);
    await local.sweep();
    expect(await idsOf(local, "good.jsonl")).toHaveLength(20);
    expect((await local.world.store.submissions.newest(10)).items).toHaveLength(1);
    const told = log.filter(({ event }) => event === "notADrop").map(({ message }) => message?.split('"')[1]);
    const names = ["early.jsonl", "pipe.jsonl", "outdir", "out.jsonl", "zero.jsonl", "circle.jsonl", "itself"];
    expect(told.sort()).toEqual(names.map((name) => `to-process/${name}`).sort());
    expect(log.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("gives every good line its result beside lines that are deep, cut, not UTF-8, or odd in their letters", async () => {
    const local = await start();
    const odd = (recordId: string, content: string) =>
      `{"recordId":"${recordId}","modelInput":{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"${content}"}]}}`;
    const deep = odd("deep", "q").replace("}]}}", `}],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`);
    const good = linesFor("good", 20);
    const bytes = Buffer.concat([
      fileOf([...good, odd("nul", "a\\u0000b"), odd("lone", "\\ud800"), deep, "[".repeat(100_000), '{"cut":']),
      Buffer.from([0xff, 0xfe, 0x0a]),
    ]);
    await local.objects.put("to-process/odd.jsonl", bytes);
    await local.objects.put("to-process/odd.jsonl.gz", gzipSync(bytes));
    await settled(local);
    for (const path of ["odd.jsonl", "odd.jsonl.gz"]) {
      const ids = await idsOf(local, path);
      expect(ids.filter((id) => id?.startsWith("good-"))).toEqual(good.map((_, n) => `good-${n}`));
      const all = [...ids, ...(await idsOf(local, path, "errors.jsonl"))];
      expect(all).toHaveLength(26);
    }
  });

  it("is written into a new table where the old one was deleted: nothing ended is run again, the rest goes on", async () => {
    const first = await start();
    for (const name of ["a", "b"]) await first.objects.put(`to-process/${name}.jsonl`, fileOf(linesFor(name, 20)));
    await settled(first);
    const before = (await first.world.store.submissions.newest(10)).items.map(({ submissionId }) => submissionId);
    await first.objects.put("to-process/half.jsonl", fileOf(linesFor("half", 200)));
    while ((await serverJobs(dir)).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.close();
    await rm(join(dir, "dynamodb"), { recursive: true });
    const second = await start();
    await settled(second);
    expect(log).toContainEqual(expect.objectContaining({ event: "tableMended", count: 2 }));
    const after = (await second.world.store.submissions.newest(10)).items;
    expect(after.map(({ submissionId }) => submissionId)).toEqual(expect.arrayContaining(before));
    expect(after.every(({ status }) => status === "Done")).toBe(true);
    for (const [name, count] of [
      ["a", 20],
      ["b", 20],
      ["half", 200],
    ] as const)
      expect(await idsOf(second, `${name}.jsonl`)).toEqual(Array.from({ length: count }, (_, n) => `${name}-${n}`));
    // 200 records are four jobs of 50: whatever ran in Bedrock when the table went was taken up.
    expect(await serverJobs(dir)).toHaveLength(6);
  });
});
