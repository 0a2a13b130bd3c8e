import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sluice } from "../test-sluice.ts";

const MAX_TEST_MS = 120_000;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "sluice-demo-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

it("accounts for every record of at least twelve files, with all its accidents", { timeout: MAX_TEST_MS }, async () => {
  const { code, stdout, stderr } = await sluice(cwd, "demo", "--json");
  const report = JSON.parse(stdout);
  expect({ code, problems: report.problems }).toEqual({ code: 0, problems: [] });
  expect(report.files.length).toBeGreaterThanOrEqual(12);
  expect(report.records.dropped).toBe(report.records.results + report.records.errors);
  expect(report.figures.jobs).toMatchObject({ Failed: 1 });
  expect(report.files).toContainEqual(expect.objectContaining({ accident: "isSplit", jobs: 3, errors: 0 }));
  expect(report.files).toContainEqual(expect.objectContaining({ accident: "brokenLines", errors: 5 }));
  expect(report.files).toContainEqual(expect.objectContaining({ accident: "jobFails", results: 0 }));
  expect(report.lostEventRepairedMs).toBeGreaterThanOrEqual(0);
  expect(stderr).toMatch(/nova\/news\.jsonl is done: 130 results, 0 errors/);
});

it("clears no directory that is not a demo's", { timeout: MAX_TEST_MS }, async () => {
  await mkdir(join(cwd, "mine"));
  await writeFile(join(cwd, "mine", "thesis.txt"), "precious");
  expect(await sluice(cwd, "demo", "--dir", "mine")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no demo wrote/),
  });
});
