import { readdirSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { isTest, rooms } from "@sluice/rooms";
import { expect, test } from "vitest";
import { argued } from "./argued.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const CORE = "packages/core/src/";

/** The core's sources, by their paths below the root. */
function coreSources(): string[] {
  const names = readdirSync(ROOT + CORE, { recursive: true, encoding: "utf8" });
  return names.map((name) => CORE + name.replaceAll("\\", "/")).filter((path) => path.endsWith(".ts") && !isTest(path));
}

/** Those of them that a mutation run changes. */
function mutated(): string[] {
  const { mutate } = JSON.parse(readFileSync(`${ROOT}stryker.config.json`, "utf8")) as { mutate: string[] };
  const without = mutate.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1));
  return coreSources().filter(
    (path) => mutate.some((glob) => matchesGlob(path, glob)) && !without.some((glob) => matchesGlob(path, glob)),
  );
}

test("every room of the core is in the mutation run, with every file", () => {
  const roomOf = (path: string) => path.slice(CORE.length).split("/")[0]?.replace(/\.ts$/, "");
  expect(new Set(mutated().map(roomOf))).toEqual(new Set(rooms[CORE]));
  expect(mutated()).toEqual(coreSources());
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
