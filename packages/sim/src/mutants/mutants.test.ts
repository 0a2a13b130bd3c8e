import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Script } from "../script/script.ts";
import { loadMutant } from "./build.ts";
import { MOST_RUNS, mutants } from "./report.ts";

/** The seeds that caught each mutant when it was last hunted: tried first, because hunting takes seconds. */
const caughtBy = JSON.parse(await readFile(new URL("./caught-by.json", import.meta.url), "utf8")) as Record<
  string,
  number
>;

describe("the code without a rule is caught", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    "%s",
    { timeout: 120_000 },
    async (name, mutant) => {
      const { hunt } = await loadMutant(mutant);
      const known = await hunt({ from: caughtBy[name] ?? 1, count: 1 }, mutant.level);
      const { caught } = known.caught === undefined ? await hunt({ from: 1, count: MOST_RUNS }, mutant.level) : known;
      expect(caught?.violation?.promise, `${MOST_RUNS} runs did not catch it`).toBeDefined();
    },
  );
});

describe("a patch", () => {
  test("that no longer fits its file is an error, not a test of nothing", async () => {
    const patches = [{ file: "core/src/slots/refill.ts", from: "what nobody wrote", to: "" }];
    await expect(loadMutant({ patches })).rejects.toThrow("0 times instead of once");
  });

  test("of a file that the simulation does not use is an error", async () => {
    const patches = [{ file: "core/src/slots/nowhere.ts", from: "x", to: "" }];
    await expect(loadMutant({ patches })).rejects.toThrow("nothing was patched");
  });
});

describe("a failure", () => {
  test("is shrunk to a script that still fails in the same way, and is told with it", async () => {
    const mutant = mutants.find(({ name }) => name === "a claim is not conditional on room");
    const { hunt, shrink, tell, run } = await loadMutant(mutant!);
    const { caught } = await hunt({ from: 1, count: MOST_RUNS });
    const shortest = await shrink(caught!);
    expect(shortest.violation?.promise).toBe(caught?.violation?.promise);
    const sizeOf = ({ jobs, drops }: Script) => jobs.length + drops.length;
    expect(sizeOf(shortest.script)).toBeLessThan(sizeOf(caught!.script));
    expect(shortest.script.faults?.length).toBeLessThanOrEqual(1);
    const text = tell(caught!, shortest);
    expect(text).toContain(`pnpm sim --seed ${caught?.script.seed}`);
    const printed = JSON.parse(text.split("\n").find((line) => line.startsWith("{"))!);
    expect((await run(printed)).lines).toEqual(shortest.lines);
  });
});
