import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAX_TEST_MS = 120_000;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const manifest = join(root, "packages/cli/dist/bundle.json");

describe.skipIf(process.platform === "win32")("./sluice", { timeout: MAX_TEST_MS }, () => {
  let cwd: string;
  const run = (file: string, args: string[], variables: Record<string, string> = {}) => {
    const { NO_COLOR: _, SLUICE_CALLED_AS: __, INIT_CWD: ___, npm_lifecycle_event: ____, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(file, args, { cwd, env: { ...env, ...variables }, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), "sluice-launch-"));
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it("runs from any folder, keeps it for paths, and hints at commands as it was called", () => {
    const called = relative(cwd, join(root, "sluice"));
    const { status, stderr } = run(called, ["ls"]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `error: There is no Sluice in .sluice.\n  Start one with: ${called} dev, or name another --dir.\n`,
    });
    writeFileSync(join(cwd, "some.jsonl"), "{}");
    expect(run(called, ["validate", "some.jsonl"]).stdout).toMatch(/^some\.jsonl:1: NoModelInput /m);
  });

  it("is called by its name where a link to it is on the PATH", () => {
    symlinkSync(join(root, "sluice"), join(cwd, "sluice"));
    const variables = { PATH: `${cwd}${delimiter}${process.env["PATH"]}` };
    expect(run("sluice", ["ls"], variables).stderr).toContain("Start one with: sluice dev,");
  });

  it("goes back to the caller's folder where pnpm runs it, and hints at pnpm", () => {
    const launcher = join(root, "packages/cli/launch.mjs");
    const variables = { INIT_CWD: cwd, npm_lifecycle_event: "sluice" };
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, "validate", "some.jsonl"], {
      cwd: root,
      env: { ...process.env, SLUICE_CALLED_AS: "", ...variables },
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(/^some\.jsonl:1: /m);
    const help = spawnSync(process.execPath, [launcher], {
      cwd: root,
      env: { ...process.env, SLUICE_CALLED_AS: "", ...variables },
      encoding: "utf8",
    });
    expect(help.stderr).toContain("$ npx -y pnpm@12 sluice dev ");
  });

  it("bundles again what is older than its sources", () => {
    expect(run(join(root, "sluice"), ["--version"]).status).toBe(0);
    const built = JSON.parse(readFileSync(manifest, "utf8"));
    const source = "packages/cli/src/program.ts";
    expect(Object.keys(built.inputs)).toContain(source);
    writeFileSync(manifest, JSON.stringify({ ...built, inputs: { ...built.inputs, [source]: "of yesterday" } }));
    expect(run(join(root, "sluice"), ["--version"])).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
    expect(JSON.parse(readFileSync(manifest, "utf8")).inputs[source]).toBe(built.inputs[source]);
  });
});
