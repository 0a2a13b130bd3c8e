import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import type { Order } from "./order.ts";

const SOURCE = /(?<!\.d)\.[cm]?[jt]sx?$/;
/** Tests, and what only tests and benchmarks are made of. */
const TEST = /(\.test|-stories|\.config)\.ts$|\/(test|killed)-[^/]*\.ts$|\/(bench|types)\//;
const OWN_SCOPE = /^@sluice\//;

/** True for a test, and for what only tests and benchmarks are made of: these import what they like. */
export function isTest(path: string): boolean {
  return TEST.test(path);
}

/**
 * What is wrong with who imports whom, types included, a line each: a room that looks up, a file without a room, a room
 * without a file, another package reached by a path. Circles of files are Biome's, which has a rule for them.
 *
 * @param root the folder that the paths begin in
 * @param paths every file below it, with `/` between folders; those that are no sources are skipped
 */
export function faultsOf(root: string, paths: readonly string[], order: Order): string[] {
  const sources = paths.filter((path) => SOURCE.test(path) && !isTest(path));
  const imports = new Map(sources.map((path) => [path, importsOf(root, path)]));
  return Object.entries(order).flatMap(([folder, rooms]) => faultsBelow(folder, rooms, imports));
}

/** What a file imports: other files by their path below the root, everything else by its name. Types count. */
function importsOf(root: string, path: string): string[] {
  // TypeScript's own scanner, which also finds `import("…").Type`, and nothing in comments and strings.
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, path), "utf8"), true, true);
  return importedFiles.map(({ fileName }) => (/^\.\.?\//.test(fileName) ? posix.join(path, "..", fileName) : fileName));
}

function faultsBelow(folder: string, rooms: readonly string[], imports: ReadonlyMap<string, string[]>): string[] {
  const roomOf = (path: string) => path.slice(folder.length).split("/")[0]?.replace(SOURCE, "") ?? "";
  const files = [...imports].filter(([path]) => path.startsWith(folder));
  const faults = rooms
    .filter((room) => !files.some(([path]) => roomOf(path) === room))
    .map((room) => `${folder}${room} is no room any more: take its name out of the order.`);
  for (const [path, imported] of files) {
    const room = roomOf(path);
    if (!rooms.includes(room)) faults.push(`${path} has no room: name ${room} in the order of ${folder}.`);
    for (const name of imported) {
      const target = name.replace(OWN_SCOPE, "packages/");
      if (!target.startsWith(folder)) continue;
      const isPackage = OWN_SCOPE.test(name);
      const other = roomOf(target);
      if (isPackage && other === room) faults.push(`${path} imports its own package ${name}: by a path.`);
      if (other === room) continue;
      if (rooms.indexOf(other) > rooms.indexOf(room))
        faults.push(`${path} looks up: ${room} may not import ${other} (${target}).`);
      else if (folder === "packages/" && !isPackage) faults.push(`${path} imports ${target}: by its package's name.`);
    }
  }
  return faults;
}
