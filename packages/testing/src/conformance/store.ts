import { describe } from "vitest";
import { type MakeStore, storeTest } from "./store-fixture.ts";
import { jobConformance } from "./store-jobs.ts";
import { laneConformance, slotConformance } from "./store-lanes.ts";
import { modelConformance } from "./store-model.ts";
import { pageConformance } from "./store-pages.ts";
import { queueConformance } from "./store-queue.ts";
import { raceConformance } from "./store-races.ts";
import { submissionConformance } from "./store-submissions.ts";

export type { MakeStore } from "./store-fixture.ts";

/**
 * Everything that `JobStore` promises, as tests. Each makes a store of its own.
 *
 * @param raceRounds how often 50 dispatchers race for 3 slots; fewer only where a server is too slow for a thousand
 */
export function storeConformance(name: string, makeStore: MakeStore, { raceRounds = 1_000 } = {}): void {
  const promise = storeTest(makeStore);
  describe(`${name} as the job store:`, () => {
    laneConformance(promise);
    slotConformance(promise);
    queueConformance(promise);
    jobConformance(promise);
    submissionConformance(promise);
    pageConformance(promise);
    modelConformance(promise, makeStore);
    raceConformance(promise, raceRounds);
  });
}
