import { defineConfig } from "vitest/config";

/** The tests that mutants of the core are tried on: those that run in memory and in moments, with fast-check's seed fixed. */
export default defineConfig({
  test: {
    include: ["packages/core/src/**/*.test.ts", "packages/testing/src/memory/store.test.ts"],
    // Whole stories, told again for every call at which an instance can die: seconds for each mutant.
    exclude: ["packages/core/src/moves/{whole,crash}.test.ts"],
    setupFiles: ["packages/sim/src/fixed-seed.ts"],
    testTimeout: 120_000,
  },
});
