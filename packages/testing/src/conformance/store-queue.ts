import type { Queue, QueueEntry } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anId, START } from "../builders.ts";
import { MemoryStore } from "../memory/store.ts";
import { type MakePort, type PortTest, withPort } from "./port-fixture.ts";

const SIX_HOURS_MS = 6 * 60 * 60 * 1_000;

function anEntry(n: number, given: Partial<QueueEntry> = {}): QueueEntry {
  return { lane: "claude", rank: START + n, jobId: anId(n), ...given };
}

/** What the store promises of the lanes' queues. */
export function queuePromises(promise: PortTest<Queue>): void {
  describe("a queue", () => {
    promise("that is empty has no head", async (queue) => {
      expect(await queue.head("claude", 10)).toEqual([]);
      expect(await queue.count("claude", 10)).toBe(0);
      await queue.drop(anEntry(1));
      expect(await queue.head("claude", 10, anEntry(1))).toEqual([]);
    });

    promise("is in order of rank, then of job id", async (queue) => {
      const [late, early, second, first] = [
        anEntry(9),
        anEntry(3),
        anEntry(2, { rank: START }),
        anEntry(1, { rank: START }),
      ];
      for (const entry of [late, early, second, first]) await queue.put(entry);
      expect(await queue.head("claude", 10)).toEqual([first, second, early, late]);
      expect(await queue.head("claude", 2)).toEqual([first, second]);
      expect(await queue.head("claude", 0)).toEqual([]);
    });

    promise("lets a priority overtake six hours of waiting, and no more", async (queue) => {
      const urgent = anEntry(4, { rank: START + SIX_HOURS_MS - 9 * SIX_HOURS_MS });
      const waited = anEntry(1, { rank: START - 8 * SIX_HOURS_MS - 1 });
      const plain = anEntry(2);
      for (const entry of [plain, urgent, waited]) await queue.put(entry);
      expect(await queue.head("claude", 10)).toEqual([waited, urgent, plain]);
    });

    promise("orders any ranks as the numbers they are, below zero and between whole ones too", async (queue) => {
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
          for (const entry of entries) await queue.put(entry);
          expect(await queue.head(lane, 20)).toEqual(entries.sort((a, b) => a.rank - b.rank));
        }),
        { numRuns: 40 },
      );
    });

    promise("goes on behind an entry, also one that has left", async (queue) => {
      const entries = Array.from({ length: 7 }, (_, n) => anEntry(n, { rank: START + Math.floor(n / 2) }));
      for (const entry of entries) await queue.put(entry);
      await queue.drop(anEntry(2, { rank: START + 1 }));
      expect(await queue.head("claude", 2, entries[2])).toEqual([entries[3], entries[4]]);
      expect(await queue.head("claude", 10, entries[3])).toEqual(entries.slice(4));
      expect(await queue.head("claude", 10, entries[6])).toEqual([]);
    });

    promise("has an entry once, however often it is put, and drops it once", async (queue) => {
      for (let times = 0; times < 3; times++) await queue.put(anEntry(1));
      await queue.put(anEntry(2));
      expect(await queue.head("claude", 10)).toEqual([anEntry(1), anEntry(2)]);
      for (let times = 0; times < 3; times++) await queue.drop(anEntry(1));
      expect(await queue.head("claude", 10)).toEqual([anEntry(2)]);
    });

    promise("is counted up to a bound", async (queue) => {
      for (let n = 0; n < 12; n++) await queue.put(anEntry(n));
      expect(await queue.count("claude", 5)).toBe(5);
      expect(await queue.count("claude", 12)).toBe(12);
      expect(await queue.count("claude", 100)).toBe(12);
      expect(await queue.count("claude", 0)).toBe(0);
    });

    promise("belongs to one lane, and the case of its name counts", async (queue) => {
      await queue.put(anEntry(1, { lane: "Claude" }));
      await queue.put(anEntry(2, { lane: "claude" }));
      await queue.put(anEntry(3, { lane: "claude-2" }));
      expect(await queue.head("Claude", 10)).toEqual([anEntry(1, { lane: "Claude" })]);
      expect(await queue.head("claude", 10)).toEqual([anEntry(2)]);
    });
  });
}

const lane = fc.constantFrom("a", "A");
const anyEntry = fc.record({
  lane,
  rank: fc.integer({ min: -2, max: 2 }),
  jobId: fc.constantFrom("j1", "j2", "j3", "j4"),
});
const someEntries = fc.integer({ min: 1, max: 4 });

/** One call of the port, made on the queue and on the one in memory, which must give the same. */
const anyCall: fc.Arbitrary<(queue: Queue) => Promise<unknown>> = fc.oneof(
  anyEntry.map((entry) => (queue: Queue) => queue.put(entry)),
  anyEntry.map((entry) => (queue: Queue) => queue.put(entry)),
  anyEntry.map((entry) => (queue: Queue) => queue.drop(entry)),
  fc.tuple(lane, someEntries).map(
    ([of, limit]) =>
      (queue: Queue) =>
        queue.head(of, limit),
  ),
  fc.tuple(anyEntry, someEntries).map(
    ([after, limit]) =>
      (queue: Queue) =>
        queue.head(after.lane, limit, after),
  ),
  fc.tuple(lane, fc.nat(6)).map(
    ([of, atMost]) =>
      (queue: Queue) =>
        queue.count(of, atMost),
  ),
);

/** What the store promises of any story of its queues: that it goes as it goes in memory. */
export function queueStories(makeQueue: MakePort<Queue>): void {
  test("any story goes as it goes in memory", { timeout: 60_000 }, async () => {
    const tell = (story: readonly ((queue: Queue) => Promise<unknown>)[]) =>
      withPort(makeQueue, async (queue) => {
        const { queue: model } = new MemoryStore();
        for (const call of story) expect(await call(queue)).toStrictEqual(await call(model));
      });
    const stories = fc.array(anyCall, { maxLength: 60, size: "max" });
    await fc.assert(fc.asyncProperty(stories, tell), { numRuns: 15 });
  });
}
