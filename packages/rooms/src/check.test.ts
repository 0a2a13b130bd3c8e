import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { faultsOf } from "./check.ts";

const order = {
  "packages/": ["core", "aws", "testing"],
  "packages/core/src/": ["job", "slots", "moves"],
};

/** A tree in which nothing is wrong. */
const sound = {
  "packages/core/src/job.ts": 'export interface Job { jobId: string }\nimport "zod";',
  "packages/core/src/slots/claims.ts": 'import type { Job } from "../job.ts";',
  "packages/core/src/slots/refill.ts": 'export * from "./claims.ts";',
  "packages/core/src/moves/plan.ts": 'import { refill } from "../slots/refill.ts";',
  "packages/aws/src/store.ts": 'import { Job } from "@sluice/core";\nimport { readFile } from "node:fs";',
  "packages/testing/src/index.ts": 'import { DynamoStore } from "@sluice/aws";',
  "packages/core/README.md": 'import "../../aws/src/store.ts";',
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-rooms-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the check says of the sound tree with some files changed, added, or (undefined) taken away. */
function faultsWith(changes: Readonly<Record<string, string | undefined>>): string[] {
  const files = Object.entries({ ...sound, ...changes }).filter(([, text]) => text !== undefined);
  for (const [path, text = ""] of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const paths = files.map(([path]) => path);
  return faultsOf(root, paths, order);
}

test("a tree whose rooms only look down has no faults", () => {
  expect(faultsWith({})).toEqual([]);
});

describe("a room that looks up fails, with the two names,", () => {
  const fault = "packages/core/src/job.ts looks up: job may not import moves (packages/core/src/moves/plan.ts).";

  test.each([
    ["by a value", 'import { plan } from "./moves/plan.ts";'],
    ["by a type", 'import type { Planned } from "./moves/plan.ts";'],
    ["by a type in its place", 'export type Planned = import("./moves/plan.ts").Planned;'],
    ["by passing on", 'export { plan } from "./moves/plan.ts";'],
    ["by passing all on", 'export * from "./moves/plan.ts";'],
    ["by what it does", 'import "./moves/plan.ts";'],
    ["when it runs", 'export const later = () => import("./moves/plan.ts");'],
    ["over several lines", 'import {\n  plan, // "from" what\n  type Planned,\n} from\n  "./moves/plan.ts";'],
    ["by a path with a way round", 'import { plan } from "../src/moves/../moves/plan.ts";'],
  ])("%s", (_, text) => {
    expect(faultsWith({ "packages/core/src/job.ts": text })).toEqual([fault]);
  });

  test("if it is a package, by the other's name", () => {
    const text = 'import { aJob } from "@sluice/testing";';
    expect(faultsWith({ "packages/core/src/job.ts": text })).toEqual([
      "packages/core/src/job.ts looks up: core may not import testing (packages/testing).",
    ]);
  });

  test("but not if it only speaks of it", () => {
    const text = '// import "./moves/plan.ts";\nexport const said = \'import "./moves/plan.ts"\';';
    expect(faultsWith({ "packages/core/src/job.ts": text })).toEqual([]);
  });

  test("but not if it is a test, or what only tests are made of", () => {
    const text = 'import "../moves/plan.ts";\nimport "@sluice/testing";';
    const slots = "packages/core/src/slots/";
    expect(faultsWith({ [`${slots}a.test.ts`]: text, [`${slots}a-stories.ts`]: text })).toEqual([]);
  });
});

test("another package is imported by its name, and one's own by a path", () => {
  expect(faultsWith({ "packages/aws/src/store.ts": 'import type { Job } from "../../core/src/job.ts";' })).toEqual([
    "packages/aws/src/store.ts imports packages/core/src/job.ts: by its package's name.",
  ]);
  expect(faultsWith({ "packages/aws/src/store.ts": 'import "@sluice/aws/table";' })).toEqual([
    "packages/aws/src/store.ts imports its own package @sluice/aws/table: by a path.",
  ]);
});

test("every file has a room, and every room a file", () => {
  expect(faultsWith({ "packages/core/src/extra/a.ts": "", "packages/core/src/moves/plan.ts": undefined })).toEqual([
    "packages/core/src/moves is no room any more: take its name out of the order.",
    "packages/core/src/extra/a.ts has no room: name extra in the order of packages/core/src/.",
  ]);
});
