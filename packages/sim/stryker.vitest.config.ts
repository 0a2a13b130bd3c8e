import { defineConfig } from "vitest/config";

const { SLUICE_MUTANT_TESTS = "packages/core/src/**/*.test.ts" } = process.env;

/** The tests that mutants of a room are tried on: those that run in memory, with fast-check's seed fixed. */
export default defineConfig({
  test: {
    include: SLUICE_MUTANT_TESTS.split(" "),
    // Whole stories, told again for every call at which an instance can die: many seconds for each change.
    exclude: ["**/whole.test.ts", "**/crash.test.ts", "**/settle.property.test.ts"],
    setupFiles: ["packages/sim/src/fixed-seed.ts"],
    testTimeout: 120_000,
  },
});
