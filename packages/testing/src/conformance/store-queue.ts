import type { QueueEntry } from "@sluice/core";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { anId, START } from "../builders.ts";
import type { StoreTest } from "./store-fixture.ts";

const SIX_HOURS_MS = 6 * 60 * 60 * 1_000;

function anEntry(n: number, given: Partial<QueueEntry> = {}): QueueEntry {
  return { lane: "claude", rank: START + n, jobId: anId(n), ...given };
}

/** What the store promises of the lanes' queues. */
export function queueConformance(promise: StoreTest): void {
  describe("a queue", () => {
    promise("that is empty has no head", async (store) => {
      expect(await store.queueHead("claude", 10)).toEqual([]);
      expect(await store.queueLength("claude", 10)).toBe(0);
      await store.dropEntry(anEntry(1));
      expect(await store.queueHead("claude", 10, anEntry(1))).toEqual([]);
    });

    promise("is in order of rank, then of job id", async (store) => {
      const [late, early, second, first] = [
        anEntry(9),
        anEntry(3),
        anEntry(2, { rank: START }),
        anEntry(1, { rank: START }),
      ];
      for (const entry of [late, early, second, first]) await store.enqueue(entry);
      expect(await store.queueHead("claude", 10)).toEqual([first, second, early, late]);
      expect(await store.queueHead("claude", 2)).toEqual([first, second]);
      expect(await store.queueHead("claude", 0)).toEqual([]);
    });

    promise("lets a priority overtake six hours of waiting, and no more", async (store) => {
      const urgent = anEntry(4, { rank: START + SIX_HOURS_MS - 9 * SIX_HOURS_MS });
      const waited = anEntry(1, { rank: START - 8 * SIX_HOURS_MS - 1 });
      const plain = anEntry(2);
      for (const entry of [plain, urgent, waited]) await store.enqueue(entry);
      expect(await store.queueHead("claude", 10)).toEqual([waited, urgent, plain]);
    });

    promise("orders any ranks as the numbers they are, below zero and between whole ones too", async (store) => {
      const ranks = fc.uniqueArray(
        fc.oneof(
          fc.integer(),
          fc.maxSafeInteger(),
          fc.integer({ min: -100, max: 100 }).map((eighths) => eighths / 8),
        ),
        { maxLength: 8, comparator: (a, b) => a === b },
      );
      let lanes = 0;
      await fc.assert(
        fc.asyncProperty(ranks, async (given) => {
          const lane = `lane-${lanes++}`;
          const entries = given.map((rank, n) => anEntry(n, { lane, rank: rank + 0 }));
          for (const entry of entries) await store.enqueue(entry);
          expect(await store.queueHead(lane, 20)).toEqual(entries.sort((a, b) => a.rank - b.rank));
        }),
        { numRuns: 40 },
      );
    });

    promise("goes on behind an entry, also one that has left", async (store) => {
      const entries = Array.from({ length: 7 }, (_, n) => anEntry(n, { rank: START + Math.floor(n / 2) }));
      for (const entry of entries) await store.enqueue(entry);
      await store.dropEntry(anEntry(2, { rank: START + 1 }));
      expect(await store.queueHead("claude", 2, entries[2])).toEqual([entries[3], entries[4]]);
      expect(await store.queueHead("claude", 10, entries[3])).toEqual(entries.slice(4));
      expect(await store.queueHead("claude", 10, entries[6])).toEqual([]);
    });

    promise("has an entry once, however often it is put, and drops it once", async (store) => {
      for (let times = 0; times < 3; times++) await store.enqueue(anEntry(1));
      await store.enqueue(anEntry(2));
      expect(await store.queueHead("claude", 10)).toEqual([anEntry(1), anEntry(2)]);
      for (let times = 0; times < 3; times++) await store.dropEntry(anEntry(1));
      expect(await store.queueHead("claude", 10)).toEqual([anEntry(2)]);
    });

    promise("is counted up to a bound", async (store) => {
      for (let n = 0; n < 12; n++) await store.enqueue(anEntry(n));
      expect(await store.queueLength("claude", 5)).toBe(5);
      expect(await store.queueLength("claude", 12)).toBe(12);
      expect(await store.queueLength("claude", 100)).toBe(12);
      expect(await store.queueLength("claude", 0)).toBe(0);
    });

    promise("belongs to one lane, and the case of its name counts", async (store) => {
      await store.enqueue(anEntry(1, { lane: "Claude" }));
      await store.enqueue(anEntry(2, { lane: "claude" }));
      await store.enqueue(anEntry(3, { lane: "claude-2" }));
      expect(await store.queueHead("Claude", 10)).toEqual([anEntry(1, { lane: "Claude" })]);
      expect(await store.queueHead("claude", 10)).toEqual([anEntry(2)]);
    });
  });
}
