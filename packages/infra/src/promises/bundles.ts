import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { envTypes } from "../evaluation/env-types.ts";
import type { Graph } from "../graph/graph.ts";
import { root } from "../root.ts";

/** Seven processes are started, one after the other. */
const START_MS = 60_000;
const MOST_BUNDLE_BYTES = 1_500_000;

/** What a stage promises of the code that it uploads. */
export function bundlePromises(graph: () => Graph): void {
  test("every function's bundle is under 1.5 MB", () => {
    const { handlers } = graph().evaluation;
    expect(Object.keys(handlers).sort()).toEqual(["Advance", "Collect", "Measure", "Plan", "Remove", "Sweep", "Wake"]);
    for (const [name, { bytes }] of Object.entries(handlers)) expect(bytes, name).toBeLessThan(MOST_BUNDLE_BYTES);
  });

  test("every bundle loads in plain Node, with nothing else in reach, and exports its handler", {
    timeout: START_MS,
  }, () => {
    for (const { file } of Object.values(graph().evaluation.handlers)) {
      const script = `console.log(typeof (await import(${JSON.stringify(pathToFileURL(file).href)})).handler)`;
      const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        cwd: "/",
        encoding: "utf8",
        env: { PATH: process.env["PATH"], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
      });
      expect(said.trim(), file).toBe("function");
    }
  });

  test("sst-env.d.ts is what a deploy would write (pnpm infra --write-types)", () => {
    expect(readFileSync(join(root, "sst-env.d.ts"), "utf8")).toBe(envTypes(graph().evaluation));
  });
}
