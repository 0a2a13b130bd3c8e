import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFigures } from "../docs/page.ts";
import { argued } from "./argued.ts";
import { compare, type MutationReport, scoreTable, survivorsOf } from "./report.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const REPORT = "reports/mutation.json";
const STRYKER = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
/** What other commands leave behind, and what is linked instead. */
const LEFT_OUT = /^(node_modules|reports|coverage|\.git|\.sst|\.sluice.*|\.stryker-tmp)$/;

/**
 * `pnpm mutants [STRYKER'S OPTIONS]` breaks the core in every way that Stryker knows, and counts what the tests notice.
 * Stryker changes sources where they lie, so it has a copy: whoever stops it is left with what they had. A run without
 * options, which is one over all files, writes its score into docs/benchmarks.md. The report stays in reports/. It
 * fails where the score is too low, or a change survived for which argued.ts has no reason.
 */
const options = process.argv.slice(2);
// Ctrl-C ends Stryker, and then the copy still has to go.
process.on("SIGINT", () => {});
const copy = await mkdtemp(join(tmpdir(), "sluice-mutants-"));
try {
  await copyTo(copy);
  process.exitCode = await stryker(copy, options);
  // Without a report it was stopped, or the tests failed on code that nobody changed: Stryker has said which.
  if (existsSync(join(copy, REPORT))) await tell(copy);
} finally {
  await rm(copy, { recursive: true, force: true });
}

async function tell(folder: string): Promise<void> {
  await cp(join(folder, REPORT), join(ROOT, REPORT));
  const report = JSON.parse(await readFile(join(ROOT, REPORT), "utf8")) as MutationReport;
  const { unargued, stale } = compare(survivorsOf(report), argued);
  for (const { file, line, code, becomes } of unargued)
    console.log(`Survived: ${file}:${line}  ${code}  →  ${becomes}`);
  const table = scoreTable(report);
  console.log(`${table}\n\nThe whole report is in ${REPORT}.`);
  if (unargued.length > 0) process.exitCode = 1;
  if (options.length > 0) return;
  for (const { file, code, becomes } of stale) console.log(`No longer survives: ${file}  ${code}  →  ${becomes}`);
  await writeFigures("pnpm mutants", table);
}

/** Copies the checkout. The packages' own links to each other then lead to the copies. */
async function copyTo(folder: string): Promise<void> {
  for (const name of await readdir(ROOT)) {
    if (LEFT_OUT.test(name)) continue;
    await cp(join(ROOT, name), join(folder, name), { recursive: true, verbatimSymlinks: true, filter: isWanted });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
}

function isWanted(path: string): boolean {
  return basename(path) === "node_modules" || !LEFT_OUT.test(basename(path));
}

async function stryker(folder: string, given: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [STRYKER, "run", "--inPlace", ...given], { cwd: folder, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
