import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSettings } from "@sluice/local";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sluice, start } from "./test-sluice.ts";

const MAX_TEST_MS = 120_000;
const SPEED = "3000";
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const records = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify({
      recordId: `r${n}`,
      modelInput: { messages: [{ role: "user", content: [{ text: `${n}` }] }] },
    }),
  );

describe("sluice beside a running dev", { timeout: MAX_TEST_MS }, () => {
  let cwd: string;
  let dev: ReturnType<typeof start>;

  const startDev = async () => {
    const started = start(cwd, "dev", "--speed", SPEED, "--json");
    const early = started.ended.then(({ stderr }) => Promise.reject(new Error(`dev ended: ${stderr}`)));
    early.catch(() => {});
    while (!started.said.stdout.endsWith("}\n")) await Promise.race([early, new Promise((go) => setTimeout(go, 20))]);
    return started;
  };

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "sluice-dev-"));
    await writeFile(join(cwd, "good.jsonl"), records(120).join("\n"));
    await writeFile(join(cwd, "mixed.jsonl"), ["{broken", ...records(110)].join("\n"));
    dev = await startDev();
  }, MAX_TEST_MS);
  afterAll(async () => {
    dev.child.kill("SIGKILL");
    await dev.ended;
    await rm(cwd, { recursive: true, force: true });
  });

  it("tells every endpoint, and writes settings that can be edited", async () => {
    const greeting = JSON.parse(dev.said.stdout);
    expect(greeting).toEqual({
      dir: ".sluice",
      bucket: ".sluice/bucket",
      bedrock: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      dynamodb: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      speed: Number(SPEED),
      responder: "builtin",
      pid: dev.child.pid,
    });
    expect(JSON.parse(await readFile(join(cwd, ".sluice/sluice.json"), "utf8"))).toEqual(defaultSettings(10));
  });

  it("sends a second dev away with who has the directory", async () => {
    const { code, stderr } = await sluice(cwd, "dev");
    expect(code).toBe(1);
    expect(stderr).toContain(`in use by sluice dev (process ${dev.child.pid})`);
  });

  it("submits, waits, and exits with 0 where every record has a result and 1 where one is an error", async () => {
    const good = await sluice(
      cwd,
      "submit",
      "good.jsonl",
      "--route",
      "nova-lite",
      "--priority",
      "7",
      "--wait",
      "--json",
    );
    expect(good.code).toBe(0);
    const [submission] = JSON.parse(good.stdout).submissions;
    expect(submission).toMatchObject({
      file: "good.jsonl",
      key: "to-process/nova-lite/good.jsonl",
      status: "Done",
      lane: "nova-lite",
      ...{ records: 120, results: 120, errors: 0, open: 0, firstErrors: [] },
      tokens: { input: expect.any(Number), output: expect.any(Number) },
      ...{ submittedAt: expect.stringMatching(ISO), endedAt: expect.stringMatching(ISO) },
    });
    const lines = (await readFile(join(cwd, submission.files.results), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).recordId)).toEqual(Array.from({ length: 120 }, (_, n) => `r${n}`));

    const mixed = await sluice(cwd, "submit", "mixed.jsonl", "--model", "amazon.nova-pro-v1:0", "--wait");
    expect(mixed.code).toBe(1);
    expect(mixed.stdout).toMatch(
      /Done, with errors: 110 results, 1 errors; tokens: [\d,]+ in, [\d,]+ out;.*\n {2}line 1: NotJson /,
    );
    expect(mixed.stderr).toMatch(/111 of 111 records, 1 of 1 files settled; \d+ s/);
  });

  it("lists submissions and lanes, and shows one by the first letters of its id", async () => {
    const ls = JSON.parse((await sluice(cwd, "ls", "--json")).stdout);
    expect(ls).toMatchObject({ submissions: [{ lane: "nova-pro" }, { lane: "nova-lite" }], more: false });
    const [newest, oldest] = ls.submissions;
    const some = async (...filter: string[]) => JSON.parse((await sluice(cwd, "ls", "--json", ...filter)).stdout);
    expect(await some("--route", "nova-lite")).toEqual({ submissions: [oldest], more: false });
    expect(await some("--route", "default", "--status", "done,open")).toEqual({ submissions: [newest], more: false });
    expect(await some("--status", "refused")).toEqual({ submissions: [], more: false });
    expect(await some("--limit", "1")).toEqual({ submissions: [newest], more: true });
    expect(await some("--limit", "1", "--before", newest.id)).toEqual({ submissions: [oldest], more: false });
    expect((await sluice(cwd, "ls", "--limit", "1")).stdout).toContain(
      `Older ones: sluice ls --limit 1 --before ${newest.id}`,
    );
    const shown = await sluice(cwd, "show", newest.id.slice(0, 16).toLowerCase(), "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      ...newest,
      jobs: [{ part: 0, status: "Completed", records: 110, arn: expect.stringContaining("model-invocation-job/") }],
      files: { summary: expect.stringContaining("summary.json") },
      firstErrors: [{ line: 1, code: "NotJson", message: expect.any(String) }],
    });
    const sheet = (await sluice(cwd, "show", newest.id)).stdout;
    expect(sheet).toContain("111 = 110 results + 1 errors + 0 open");
    expect(sheet).toMatch(/^line 1: NotJson /m);
    expect((await sluice(cwd, "show", "0")).stderr).toMatch(/2 submissions begin with 0\.\n {2}Did you mean/);
    expect(await sluice(cwd, "show", "ZZZ")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no submission ZZZ/),
    });
    const { lanes } = JSON.parse((await sluice(cwd, "lanes", "--json")).stdout);
    expect(lanes).toContainEqual({
      ...{ lane: "nova-pro", limit: 10, running: 0, claiming: 0, waiting: 0, failuresInRow: 0 },
      models: ["amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"],
    });
  });

  it("says a line for a drop and one for its end, with the file's name first", () => {
    expect(dev.said.stderr).not.toMatch(/jobStatusChanged|jobSubmitted|slotReleased|jobSettled/);
    const lines = dev.said.stderr.split("\n").filter((line) => / (taken in|done): /.test(line));
    expect(lines).toEqual([
      expect.stringMatching(/^[\d:]{8} nova-lite\/good\.jsonl taken in: 120 records in 1 job on lane nova-lite$/),
      expect.stringMatching(
        /^[\d:]{8} nova-lite\/good\.jsonl done: 120 results, 0 errors in \d+ s, in \.sluice\/bucket\/processed\/nova-lite\/good\.jsonl\/$/,
      ),
      expect.stringMatching(/^[\d:]{8} mixed\.jsonl taken in: 111 records \(1 of them broken\) in 1 job/),
      expect.stringMatching(/^[\d:]{8} mixed\.jsonl done: 110 results, 1 errors in \d+ s/),
    ]);
  });

  it("sweeps from another process", async () => {
    const { code, stdout } = await sluice(cwd, "sweep", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lanes: 6, drained: true });
  });

  it("shows the same when dev has ended, politely or not, and what it left is taken up by the next", async () => {
    const before = (await sluice(cwd, "ls", "--json")).stdout;
    const oldest = JSON.parse(before).submissions.at(-1).id;
    dev.child.kill("SIGINT");
    expect((await dev.ended).code).toBe(0);
    expect(existsSync(join(cwd, ".sluice/dev.json"))).toBe(false);
    expect((await sluice(cwd, "ls", "--json")).stdout).toBe(before);
    dev = await startDev();
    dev.child.kill("SIGKILL");
    await dev.ended;
    expect(existsSync(join(cwd, ".sluice/dev.json"))).toBe(true);
    expect((await sluice(cwd, "ls", "--json")).stdout).toBe(before);
    const earlier = await sluice(cwd, "submit", "good.jsonl", "--route", "nova-lite", "--json");
    expect(JSON.parse(earlier.stdout).submissions).toMatchObject([{ id: oldest, earlier: "Done" }]);
    expect(earlier.stderr).toMatch(/good\.jsonl is done already, as nova-lite\/good\.jsonl .* submit --again/);
    await sluice(cwd, "submit", "good.jsonl", "--route", "nova-lite", "--again");
    dev = await startDev();
    const again = await sluice(cwd, "submit", "good.jsonl", "--route", "nova-lite", "--again", "--wait");
    expect(again.code).toBe(0);
    const { submissions } = JSON.parse((await sluice(cwd, "ls", "--json")).stdout);
    expect(submissions).toHaveLength(4);
  });

  it("never shows the SDK's warning about Node", () => {
    expect(dev.said.stderr).not.toMatch(/NodeVersionSupport|no longer support/i);
  });
});
