import { readdirSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { isTest, rooms } from "@sluice/rooms";
import { expect, test } from "vitest";
import { argued } from "./argued.ts";
import { sourcesOf, testsOf } from "./tests-of.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const CORE = "packages/core/src/";

/** The core's sources, by their paths below the root. */
function coreSources(): string[] {
  const names = readdirSync(ROOT + CORE, { recursive: true, encoding: "utf8" });
  return names.map((name) => CORE + name.replaceAll("\\", "/")).filter((path) => path.endsWith(".ts") && !isTest(path));
}

/** Those of them that a mutation run over a room changes. */
function mutated(room: string): string[] {
  const globs = sourcesOf(room);
  const without = globs.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1));
  return coreSources().filter(
    (path) => globs.some((glob) => matchesGlob(path, glob)) && !without.some((glob) => matchesGlob(path, glob)),
  );
}

test("every file of the core is in the mutation run, in one room", () => {
  const all = (rooms[CORE] ?? []).flatMap(mutated);
  expect(all.toSorted()).toEqual(coreSources().toSorted());
});

test("the tests that a room's changes are tried on are there", () => {
  const tests = ["core", "testing"].flatMap((name) =>
    readdirSync(`${ROOT}packages/${name}/src`, { recursive: true, encoding: "utf8" })
      .map((path) => `packages/${name}/src/${path.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".test.ts")),
  );
  for (const room of rooms[CORE] ?? [])
    for (const glob of testsOf(room).slice(2))
      expect(
        tests.filter((path) => matchesGlob(path, glob)),
        `${room}: ${glob}`,
      ).not.toEqual([]);
});

test("what is argued about a change is about code that is there", () => {
  const stale = argued.filter(({ file, code }) => {
    if (!coreSources().includes(CORE + file)) return true;
    return !readFileSync(ROOT + CORE + file, "utf8")
      .replaceAll(/\s+/g, " ")
      .includes(code);
  });
  expect(stale).toEqual([]);
});
