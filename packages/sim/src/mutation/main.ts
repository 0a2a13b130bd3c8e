import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rooms } from "@sluice/rooms";
import { writeFigures } from "../docs/page.ts";
import { argued } from "./argued.ts";
import { compare, type MutationReport, scoreTable, survivorsOf } from "./report.ts";
import { sourcesOf, testsOf } from "./tests-of.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const REPORT = "reports/mutation.json";
const STRYKER = join(ROOT, "node_modules/@stryker-mutator/core/bin/stryker.js");
/** What other commands leave behind, and what is linked instead. */
const LEFT_OUT = /^(node_modules|reports|coverage|\.git|\.sst|\.sluice.*|\.stryker-tmp)$/;

/**
 * `pnpm mutants [ROOM …]` breaks the core in every way that Stryker knows, room by room, and counts what the tests of
 * each room notice. Stryker changes sources where they lie, so it has a copy: whoever stops it is left with what they
 * had. A run over all rooms writes its score into docs/benchmarks.md. The report stays in reports/. It fails where a
 * change survived for which argued.ts has no reason.
 */
const all = rooms["packages/core/src/"] ?? [];
const chosen = process.argv.slice(2);
const unknown = chosen.filter((room) => !all.includes(room));
if (unknown.length > 0) throw new Error(`The core has no room ${unknown.join(", ")}; it has ${all.join(", ")}.`);
// Ctrl-C ends Stryker, and then the copy still has to go.
process.on("SIGINT", () => {});
const copy = await mkdtemp(join(tmpdir(), "sluice-mutants-"));
try {
  await copyTo(copy);
  const report: MutationReport = { files: {} };
  for (const room of chosen.length > 0 ? chosen : all) Object.assign(report.files, (await tried(copy, room)).files);
  await tell(report);
} finally {
  await rm(copy, { recursive: true, force: true });
}

/** What became of the changes in one room. Throws if Stryker could not say: it was stopped, or a test fails as it is. */
async function tried(folder: string, room: string): Promise<MutationReport> {
  const report = join(folder, REPORT);
  await rm(report, { force: true });
  console.log(`\n${room}`);
  const env = { ...process.env, SLUICE_MUTANT_TESTS: testsOf(room).join(" ") };
  const args = ["run", "--inPlace", "--mutate", sourcesOf(room).join(",")];
  const child = spawn(process.execPath, [STRYKER, ...args], { cwd: folder, stdio: "inherit", env });
  await once(child, "exit");
  if (!existsSync(report)) throw new Error(`The run over ${room} ended without a report: see above.`);
  return JSON.parse(await readFile(report, "utf8")) as MutationReport;
}

async function tell(report: MutationReport): Promise<void> {
  await mkdir(dirname(join(ROOT, REPORT)), { recursive: true });
  await writeFile(join(ROOT, REPORT), JSON.stringify(report));
  const { unargued, stale } = compare(survivorsOf(report), argued);
  for (const { file, line, code, becomes } of unargued)
    console.log(`Survived: ${file}:${line}  ${code}  →  ${becomes}`);
  const table = scoreTable(report);
  console.log(`${table}\n\nThe whole report is in ${REPORT}.`);
  if (unargued.length > 0) process.exitCode = 1;
  if (chosen.length > 0) return;
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
