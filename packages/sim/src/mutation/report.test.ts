import { expect, test } from "vitest";
import { compare, type MutationReport, scoreTable, survivorsOf } from "./report.ts";

type Mutants = MutationReport["files"][string]["mutants"];
const source = "const one = 1;\nif (a <\n  b) c();\n";
const location = { start: { line: 2, column: 5 }, end: { line: 3, column: 4 } };
const file = (...statuses: Mutants[number]["status"][]) => ({
  source,
  mutants: statuses.map((status) => ({ status, replacement: "true", location })),
});

test("the score counts what was noticed of what was tried, by folder and over all", () => {
  const files = {
    "packages/core/src/intake/scan.ts": file("Killed", "Survived", "CompileError"),
    "packages/core/src/intake/packing.ts": file("Timeout", "NoCoverage"),
    "packages/core/src/lane/lane.ts": file("Killed", "Killed", "Ignored"),
  };
  expect(scoreTable({ files }).split("\n").slice(2)).toEqual([
    "| intake | 4 | 2 | 2 | 50.0 % |",
    "| lane | 2 | 2 | 0 | 100.0 % |",
    "| **all** | 6 | 4 | 2 | 66.7 % |",
  ]);
});

test("a survivor is told by its place and what was changed, and a reason counts for exactly that change", () => {
  const survivors = survivorsOf({ files: { "packages/core/src/intake/scan.ts": file("Survived", "Killed") } });
  const change = { file: "intake/scan.ts", code: "a < b", becomes: "true" };
  expect(survivors).toEqual([{ ...change, line: 2 }]);
  const why = "It is never less.";
  expect(compare(survivors, [{ ...change, why }])).toEqual({ unargued: [], stale: [] });
  const other = { ...change, becomes: "false", why };
  expect(compare(survivors, [other])).toEqual({ unargued: survivors, stale: [other] });
});
