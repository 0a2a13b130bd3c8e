import { describe, expect, test, vi } from "vitest";
import { lint } from "./test-lint.ts";

// Each lint is a process of its own.
vi.setConfig({ testTimeout: 30_000 });

/** How often lint says a sentence of each file. */
function countOf(sentence: string, files: Readonly<Record<string, string>>): Record<string, number> {
  const said = lint(files);
  const count = (path: string) => said(path).filter((message) => message.startsWith(sentence)).length;
  return Object.fromEntries(Object.keys(files).map((path) => [path, count(path)]));
}

/** The same for each of these paths. */
function each<T>(paths: readonly string[], same: T): Record<string, T> {
  return Object.fromEntries(paths.map((path) => [path, same]));
}

describe("nothing but aws imports an SDK:", () => {
  const text = [
    'import { S3Client } from "@aws-sdk/client-s3";',
    'import type { Entity } from "electrodb";',
    'export const later = () => [import("@smithy/core"), S3Client];',
    "export type Row = Entity<string>;",
  ].join("\n");
  const sentence = "Only packages/aws speaks to AWS";

  test("no other package's sources do", () => {
    const names = ["core", "stage", "emulator", "functions", "local", "cli", "testing", "sim", "infra"];
    const paths = names.map((name) => `packages/${name}/src/a.ts`);
    expect(countOf(sentence, each(paths, text))).toEqual(each(paths, 3));
  });

  test("aws may, and so may tests, benchmarks and the rehearsal", () => {
    const tests = ["functions/src/a.test.ts", "emulator/src/bedrock/test-world.ts"];
    const proofs = ["local/bench/a.ts", "sim/src/policies/a.ts", "infra/src/rehearsal/a.ts"];
    const paths = ["aws/src/a.ts", ...tests, ...proofs].map((path) => `packages/${path}`);
    expect(countOf(sentence, each(paths, text))).toEqual(each(paths, 0));
  });
});

describe("only functions knows Lambda:", () => {
  const text = 'export type { SQSEvent } from "aws-lambda";\nexport { Logger } from "@aws-lambda-powertools/logger";';
  const sentence = "Only packages/functions knows Lambda";

  test("no other package's sources do, and the rehearsal asks functions", () => {
    const names = [
      "core",
      "stage",
      "emulator",
      "aws",
      "local",
      "cli",
      "testing",
      "sim",
      "infra",
      "infra/src/rehearsal",
    ];
    const paths = names.map((name) => `packages/${name}/src/a.ts`);
    expect(countOf(sentence, each(paths, text))).toEqual(each(paths, 2));
  });

  test("functions may", () => {
    expect(countOf(sentence, { "packages/functions/src/a.ts": text })).toEqual({ "packages/functions/src/a.ts": 0 });
  });
});

describe("functions only route:", () => {
  const sentence = "Functions only route";
  const world =
    'import { sweep, type World } from "@sluice/core";\nexport const swept = (world: World) => sweep(world);';

  test.each([
    ["the store of a world", 'export const look = (world: World) => world.store.job("J");'],
    ["a port out of a world", "export const look = ({ batch }: World) => batch;"],
    [
      "a port under another name",
      "export function look(w: World) {\n  const { messages: sent } = w;\n  return sent;\n}",
    ],
  ])("%s is not for them", (_, text) => {
    const files = each(["packages/functions/src/a.ts", "packages/cli/src/a.ts"], `${world}\n${text}\n`);
    expect(countOf(sentence, files)).toEqual({ "packages/functions/src/a.ts": 1, "packages/cli/src/a.ts": 0 });
  });

  test("a move is", () => {
    expect(countOf(sentence, { "packages/functions/src/a.ts": world })).toEqual({ "packages/functions/src/a.ts": 0 });
  });
});

describe("files do not import each other in a circle,", () => {
  test.each([
    ["by types", 'import type { B } from "./b.ts";\nexport type A = B;'],
    ["by passing on", 'export * from "./b.ts";'],
    ["by values", 'import { b } from "./b.ts";\nexport const a = () => b;'],
  ])("%s", (_, text) => {
    const room = "packages/sim/src/run";
    const circle = {
      [`${room}/a.ts`]: text,
      [`${room}/b.ts`]: 'import type * as c from "./c.ts";\nexport type B = typeof c;\nexport const b = 1;',
      [`${room}/c.ts`]: 'export type { A } from "./a.ts";',
    };
    expect(countOf("This import is part of a cycle", circle)).toEqual(each(Object.keys(circle), 1));
    const open = { ...circle, [`${room}/c.ts`]: "export type A = 1;" };
    expect(countOf("This import is part of a cycle", open)).toEqual(each(Object.keys(circle), 0));
  });

  test("and no import hides from the rules in the middle of a file", () => {
    const files = { "packages/cli/src/a.ts": 'export type Event = import("aws-lambda").SQSEvent;' };
    expect(countOf("Import the type at the file's head", files)).toEqual(each(Object.keys(files), 1));
  });
});
