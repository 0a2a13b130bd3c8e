import { defineConfig } from "vitest/config";

/** The tests that mutants of the core are tried on: those that run in memory, with fast-check's seed fixed. */
export default defineConfig({
  test: {
    // Whole stories too, told again for every call at which an instance can die: seconds, but only for the few mutants
    // that no test before them noticed, because a run ends at the first test that fails.
    include: ["packages/core/src/**/*.test.ts", "packages/testing/src/memory/store.test.ts"],
    setupFiles: ["packages/sim/src/fixed-seed.ts"],
    testTimeout: 120_000,
  },
});
