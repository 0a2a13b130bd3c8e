import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test, vi } from "vitest";
import { lint } from "./test-lint.ts";

// The compiler and lint read what a whole command reads.
vi.setConfig({ testTimeout: 30_000 });

const CORE = fileURLToPath(new URL("../../core", import.meta.url));

/** What the compiler says of each text, as if it were a file of the core's sources. */
function compileInCore(texts: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), "sluice-core-"));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const files = texts.map((text, at) => {
      const file = join(folder, `${at}.ts`);
      writeFileSync(file, text);
      return file;
    });
    const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
    const config = ts.getParsedCommandLineOfConfigFile(join(CORE, "tsconfig.json"), {}, host);
    const declared = config?.fileNames.filter((name) => name.endsWith(".d.ts")) ?? [];
    const program = ts.createProgram([...files, ...declared], { ...config?.options, incremental: false });
    return files.map((file) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the core does not compile with", () => {
  const cases = [
    ["a clock", "export const now = performance.now();", "performance"],
    ["timers", "setTimeout(() => {}, 1);\nexport {};", "setTimeout"],
    ["the process", "export const { env } = process;", "process"],
    ["Node's modules", 'export { readFileSync } from "node:fs";', "node:fs"],
    ["a browser", "export const { title } = document;", "document"],
    ["a network", 'await fetch("https://example.com");\nexport {};', "fetch"],
    ["a console", 'console.log("a record");\nexport {};', "console"],
    ["Node's buffers", "export const bytes = Buffer.alloc(1);", "Buffer"],
    ["an SDK", 'export { S3Client } from "@aws-sdk/client-s3";', "@aws-sdk/client-s3"],
  ] as const;
  const said = compileInCore(cases.map(([, text]) => text));

  test.each(cases.map(([name, , seen], at) => [name, seen, said[at]?.join("\n")]))("%s", (_, seen, message) => {
    expect(message).toMatch(/Cannot find (name|module)/);
    expect(message).toContain(`'${seen}'`);
  });

  test("more of the platform than text and gzip, which it does compile with", () => {
    const text = 'export const made = [new TextEncoder(), new TextDecoder("utf-8"), new DecompressionStream("gzip")];';
    expect(compileInCore([text])).toEqual([[]]);
  });
});

describe("lint refuses the core", () => {
  const clock = "Core has no clock";
  const chance = "Core draws nothing";
  const global = (name: string) => `Do not use the global variable ${name}.`;
  const cases = [
    ["the time", "export const now = Date.now();", clock],
    ["the time as a date", "export const now = new Date();", clock],
    ["the time as a date without brackets", "export const now = new Date;", clock],
    ["the time, given on as a date", "export const now = new Date(Date.now());", clock],
    ["the time as a text", "export const now = Date();", clock],
    ["the time under another name", "const { now } = Date;\nexport const at = now();", clock],
    ["a clock", "export const now = performance.now();", global("performance")],
    ["timers", "setTimeout(() => {}, 1);", global("setTimeout")],
    ["chance", "export const drawn = Math.random();", chance],
    ["chance under another name", "const { random } = Math;\nexport const drawn = random();", chance],
    ["random ids", "export const id = crypto.randomUUID();", global("crypto")],
    ["what is global, by another way", "export const now = globalThis.Date.now();", global("globalThis")],
    ["the process", "export const { env } = process;", global("process")],
    ["Node's modules", 'export { readFileSync } from "node:fs";', "This import references a Node.js builtin module."],
    ["SDKs", 'export { S3Client } from "@aws-sdk/client-s3";', "Only packages/aws speaks to AWS"],
  ] as const;
  const pathOf = (at: number) => `packages/core/src/slots/${at}.ts`;
  const said = lint(Object.fromEntries(cases.map(([, text], at) => [pathOf(at), text])));

  test.each(cases.map(([name, , message], at) => [name, message, said(pathOf(at))] as const))(
    "%s",
    (_, message, all) => {
      expect(all.join("\n")).toContain(message);
    },
  );

  test("no time that it is given, and its tests nothing", () => {
    const given = "export const texts = [new Date(5).toISOString(), Date.UTC(2026, 1), Math.max(1, 2)];";
    const free = 'import { readFileSync } from "node:fs";\nexport const now = [Date.now(), readFileSync];';
    const heard = lint({ "packages/core/src/a.ts": given, "packages/core/src/a.test.ts": free });
    expect([...heard("packages/core/src/a.ts"), ...heard("packages/core/src/a.test.ts")]).toEqual([]);
  });
});
