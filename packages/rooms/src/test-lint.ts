import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BIOME = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

interface Report {
  diagnostics: { message: string; location: { path: string } }[];
}

/** What lint says of each file, in a repository that has our rules and nothing but these files. */
export function lint(files: Readonly<Record<string, string>>): (path: string) => string[] {
  const folder = mkdtempSync(join(tmpdir(), "sluice-lint-"));
  try {
    for (const name of ["biome.json", ".gitignore", "packages/rooms/lint"])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const given = ["lint", "--reporter=json", "--max-diagnostics=none", "packages"];
    const { stdout, stderr } = spawnSync(process.execPath, [BIOME, ...given], { cwd: folder, encoding: "utf8" });
    if (!stdout.startsWith("{")) throw new Error(`Biome gave no report: ${stderr}`);
    const { diagnostics } = JSON.parse(stdout) as Report;
    return (path) => diagnostics.filter(({ location }) => location.path === path).map(({ message }) => message);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
