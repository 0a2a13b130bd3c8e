import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sluice, start } from "./test-sluice.ts";

const MAX_TEST_MS = 60_000;

const claude = (n: number) =>
  JSON.stringify({
    recordId: `r${n}`,
    modelInput: { anthropic_version: "bedrock-2023-05-31", max_tokens: 9, messages: [{ role: "user", content: "hi" }] },
  });
const goodLines = Array.from({ length: 100 }, (_, n) => claude(n));

describe("sluice, where nothing runs", { timeout: MAX_TEST_MS }, () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "sluice-cli-"));
    await mkdir(join(cwd, "other"));
    await mkdir(join(cwd, ".sluice/bucket"), { recursive: true });
    await writeFile(join(cwd, "good.jsonl"), goodLines.join("\n"));
    await writeFile(join(cwd, "other/good.jsonl"), [...goodLines].reverse().join("\n"));
    await writeFile(join(cwd, "bad.jsonl"), ["{broken", '{"recordId": "x"}', ...goodLines].join("\n"));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it("tells its commands, examples and exit codes in its help", async () => {
    const { code, stdout, stderr } = await sluice(cwd, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["dev", "submit", "validate", "ls", "show", "lanes", "sweep", "demo"])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(stdout).toMatch(/Examples:\n[\s\S]*Exit codes:\n {2}0 {4}ok\n {2}1 [\s\S]*\n {2}2 /);
    const submit = await sluice(cwd, "submit", "--help");
    for (const flag of ["--route", "--model", "--priority", "--wait", "--dir", "--json"])
      expect(submit.stdout).toContain(flag);
    expect(submit.stdout).toMatch(/Examples:[\s\S]*Exit codes:/);
  });

  it.each([
    [[], /Usage: sluice/],
    [["submti", "a"], /unknown command 'submti'[\s\S]*Did you mean submit\?/],
    [["ls", "--jsn"], /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    [["submit"], /missing required argument 'file'/],
    [["submit", "good.jsonl", "--priority", "12"], /'12' is invalid[\s\S]*from 0 to 9/],
    [["submit", "good.jsonl", "--route", "nova-lite", "--model", "x"], /cannot be used with/],
    [["submit", "good.jsonl", "--route", "nova-lit"], /no route nova-lit\.\n {2}Did you mean nova-lite\?/],
    [["submit", "good.jsonl", "--model", "amazon.nova-lite-v1"], /Did you mean amazon\.nova-lite-v1:0\?/],
    [["submit", "gone.jsonl"], /There is no file gone\.jsonl/],
    [["dev", "--responder", "ollama"], /OpenAI-compatible/],
    [["dev", "--responder-model", "llama3.2"], /Give --responder URL as well/],
    [["cancel", "01KD"], /unknown command 'cancel'[\s\S]*No command stops a submission that runs/],
    [["status"], /Did you mean show\?/],
    [["list"], /Did you mean ls\?/],
    [["logs"], /what sluice dev prints/],
    [["ls", "--status", "opn"], /Did you mean open\?/i],
  ])("meets wrong use with words and exit code 2: %j", async (args, words) => {
    const { code, stdout, stderr } = await sluice(cwd, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([
    [["ls", "--bogus", "--json"], 2, "WrongUse"],
    [["submit", "good.jsonl", "--route", "none", "--json"], 2, "UnknownRoute"],
    [["ls", "--json"], 1, "NoSite"],
    [["show", "01", "--json"], 1, "NoSite"],
    [["lanes", "--json"], 1, "NoSite"],
    [["sweep", "--json"], 1, "NotRunning"],
  ])("shows errors as one JSON document with --json: %j", async (args, exitCode, errorCode) => {
    const { code, stdout } = await sluice(cwd, ...args);
    expect(code).toBe(exitCode);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: errorCode,
        message: expect.any(String),
        ...(errorCode !== "WrongUse" && { next: expect.any(String) }),
      },
    });
  });

  it("validates files without a dev: line numbers, words, and exit code 1 if anything is wrong", async () => {
    const good = await sluice(cwd, "validate", "good.jsonl");
    expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/^good\.jsonl: ok 100 records in 1 job of/) });
    const bad = await sluice(cwd, "validate", "good.jsonl", "bad.jsonl");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^bad\.jsonl:1: NotJson /m);
    expect(bad.stdout).toMatch(/^bad\.jsonl:2: NoModelInput /m);
    const json = await sluice(cwd, "validate", "bad.jsonl", "--json", "--model", "amazon.nova-lite-v1:0");
    expect(json.code).toBe(1);
    const [file] = JSON.parse(json.stdout).files;
    expect(file).toMatchObject({
      file: "bad.jsonl",
      ok: false,
      model: "amazon.nova-lite-v1:0",
      counts: { records: 102 },
    });
    expect(file.errors[0]).toEqual({ line: 1, code: "NotJson", message: expect.any(String) });
  });

  it("submits for a later dev, without overwriting a file of the same name, but does not wait for none", async () => {
    const refused = await sluice(cwd, "submit", "good.jsonl", "--wait");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/nothing was submitted/);
    const { code, stdout, stderr } = await sluice(cwd, "submit", "good.jsonl", "other/good.jsonl", "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/the files wait there until one is started/);
    expect(JSON.parse(stdout).submissions).toEqual([
      { file: "good.jsonl", key: "to-process/good.jsonl", id: expect.stringMatching(/^[0-9A-Z]{26}$/) },
      { file: "other/good.jsonl", key: "to-process/good-2.jsonl", id: expect.stringMatching(/^[0-9A-Z]{26}$/) },
    ]);
    const third = JSON.parse((await sluice(cwd, "submit", "other/good.jsonl", "--json")).stdout);
    expect(third.submissions).toMatchObject([{ key: "to-process/good-2.jsonl", earlier: "Waiting" }]);
    expect(await readdir(join(cwd, ".sluice/bucket/to-process"))).toEqual(["good-2.jsonl", "good.jsonl"]);
  });

  it("makes no directory for a drop where there was none", async () => {
    const { code, stderr } = await sluice(join(cwd, "other"), "submit", "good.jsonl");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no Sluice in \.sluice, so nothing was submitted\.\n {2}Start one with: sluice dev/);
    expect(await readdir(join(cwd, "other"))).toEqual(["good.jsonl"]);
  });

  it("takes options in front of the command as it takes them behind", async () => {
    const [behind, inFront] = [await sluice(cwd, "ls", "--dir", "other"), await sluice(cwd, "--dir", "other", "ls")];
    expect(behind.stderr).toContain("There is no Sluice in other");
    expect(inFront).toEqual(behind);
    const stage = await sluice(cwd, "--stage", "No_Stage", "--json", "validate", "good.jsonl");
    expect(JSON.parse(stage.stdout)).toMatchObject({ error: { code: "NoStage" } });
    expect((await sluice(cwd, "--stage", "x", "dev")).stderr).toMatch(/dev takes no --stage/);
  });

  it("validates by the settings of the stage in SLUICE_STAGE", async () => {
    const { stderr } = await start(cwd, { SLUICE_STAGE: "No_Stage" }, "validate", "good.jsonl").ended;
    expect(stderr).toContain('No stage can be called "No_Stage"');
  });

  it("warns of a folder that is nearly a route's", async () => {
    const folder = ".sluice/bucket/to-process/nova-lit";
    await mkdir(join(cwd, folder));
    await writeFile(join(cwd, folder, "a.jsonl"), goodLines.join("\n"));
    const { stdout } = await sluice(cwd, "validate", `${folder}/a.jsonl`);
    expect(stdout).toMatch(
      /UnknownFolder The folder nova-lit\/ names no route, so the default .* Did you mean nova-lite\/\?/,
    );
  });
});
