import { type Block, FAILURES_TO_TRIP, type JobStore } from "@sluice/core";
import { describe, expect } from "vitest";
import { aLane, aLaneIn, START } from "../builders.ts";
import type { StoreTest } from "./store-fixture.ts";

const quotaBlock: Block = { kind: "quota", until: START + 100, reason: "the quota is full", tries: 2 };

/** Lets `failures` jobs fail in a row on a lane that is empty. */
async function fail(store: JobStore, lane: string, failures: number): Promise<void> {
  for (let n = 0; n < failures; n++) {
    expect(await store.claimSlot(lane, `failing-${n}`, START)).toBe(true);
    await store.releaseSlot(lane, `failing-${n}`, "failure");
  }
}

/** What the store promises of lanes. */
export function laneConformance(promise: StoreTest): void {
  describe("a lane", () => {
    promise("that nobody made is not there, and nothing makes it but its limit", async (store) => {
      expect(await store.claimSlot("claude", "j", START)).toBe(false);
      await store.finishClaiming("claude", "j");
      await store.blockLane("claude", quotaBlock);
      expect(await store.releaseSlot("claude", "j", "failure")).toBeUndefined();
      expect(await store.liftBlock("claude", ["quota"])).toBe(false);
      expect(await store.winListing("claude", 0, START)).toBe(false);
      await store.noteMissed("claude", START);
      expect(await store.lane("claude")).toBeUndefined();
      expect(await store.lanes()).toEqual([]);
    });

    promise("is made by its limit, empty", async (store) => {
      expect(await store.setLimit("claude", 3)).toEqual(aLane());
      expect(await store.lane("claude")).toEqual(aLane());
    });

    promise("keeps everything else when its limit is set again", async (store) => {
      await aLaneIn(store, { holders: ["j"] });
      await store.blockLane("claude", quotaBlock);
      await store.winListing("claude", 0, START);
      const same = { holders: new Set(["j"]), claiming: new Set(["j"]), block: quotaBlock, listedAt: START };
      expect(await store.setLimit("claude", 7)).toEqual(aLane({ limit: 7, ...same }));
      expect(await store.setLimit("claude", 7)).toEqual(aLane({ limit: 7, ...same }));
    });

    promise("is another one if its name differs only in case", async (store) => {
      await aLaneIn(store, { lane: "Claude", limit: 1, holders: ["j"] });
      await aLaneIn(store, { lane: "claude", limit: 2 });
      await aLaneIn(store, { lane: "CLAUDE", limit: 3 });
      const lanes = await store.lanes();
      expect(new Map(lanes.map(({ lane, limit, holders }) => [lane, [limit, holders.size]]))).toEqual(
        new Map([
          ["CLAUDE", [3, 0]],
          ["Claude", [1, 1]],
          ["claude", [2, 0]],
        ]),
      );
    });

    promise("given out is a copy", async (store) => {
      const lane = await aLaneIn(store, { holders: ["j"] });
      const block = { ...quotaBlock };
      await store.blockLane("claude", block);
      (lane.holders as Set<string>).clear();
      block.reason = "changed";
      expect(await store.lane("claude")).toMatchObject({ holders: new Set(["j"]), block: quotaBlock });
    });

    promise("has one block, the last", async (store) => {
      await aLaneIn(store, {});
      await store.blockLane("claude", quotaBlock);
      await store.blockLane("claude", { kind: "denied", until: 5, reason: "", tries: 1 });
      expect((await store.lane("claude"))?.block).toEqual({ kind: "denied", until: 5, reason: "", tries: 1 });
    });

    promise("loses its block only if it is of one of the kinds named, and once", async (store) => {
      await aLaneIn(store, {});
      expect(await store.liftBlock("claude", ["quota"])).toBe(false);
      await store.blockLane("claude", quotaBlock);
      expect(await store.liftBlock("claude", [])).toBe(false);
      expect(await store.liftBlock("claude", ["denied", "failures"])).toBe(false);
      expect((await store.lane("claude"))?.block).toEqual(quotaBlock);
      expect(await store.liftBlock("claude", ["throttled", "quota"])).toBe(true);
      expect(await store.liftBlock("claude", ["throttled", "quota"])).toBe(false);
      expect(await store.lane("claude")).toEqual(aLane());
    });

    promise("is listed by whoever saw the last listing", async (store) => {
      await aLaneIn(store, {});
      expect(await store.winListing("claude", 0, START)).toBe(true);
      expect(await store.winListing("claude", 0, START + 1)).toBe(false);
      expect((await store.lane("claude"))?.listedAt).toBe(START);
      expect(await store.winListing("claude", START, START + 1)).toBe(true);
    });

    promise("remembers when an end was last missed", async (store) => {
      await aLaneIn(store, { holders: ["j"] });
      await store.noteMissed("claude", START);
      await store.noteMissed("claude", START + 1);
      expect(await store.lane("claude")).toMatchObject({ missedAt: START + 1, listedAt: 0, holders: new Set(["j"]) });
    });
  });
}

/** What the store promises of the lanes' slots. */
export function slotConformance(promise: StoreTest): void {
  describe("a slot", () => {
    promise("is given while there is room", async (store) => {
      await aLaneIn(store, { limit: 2 });
      expect(await store.claimSlot("claude", "a", START)).toBe(true);
      expect(await store.claimSlot("claude", "b", START)).toBe(true);
      expect(await store.claimSlot("claude", "c", START)).toBe(false);
      const both = new Set(["a", "b"]);
      expect(await store.lane("claude")).toEqual(aLane({ limit: 2, holders: both, claiming: both }));
    });

    promise("is not given twice to the same job", async (store) => {
      const before = await aLaneIn(store, { holders: ["a"] });
      expect(await store.claimSlot("claude", "a", START)).toBe(false);
      expect(await store.lane("claude")).toEqual(before);
    });

    promise("is not given on a lane whose limit is 0, not even an empty one", async (store) => {
      await aLaneIn(store, { limit: 0 });
      expect(await store.claimSlot("claude", "a", START)).toBe(false);
      await store.setLimit("claude", 1);
      expect(await store.claimSlot("claude", "a", START)).toBe(true);
    });

    promise("is not given above a lowered limit, until enough jobs have left", async (store) => {
      await aLaneIn(store, { limit: 1, holders: ["a", "b", "c"] });
      for (const leaving of ["a", "b"]) {
        await store.releaseSlot("claude", leaving, "success");
        expect(await store.claimSlot("claude", "d", START)).toBe(false);
      }
      await store.releaseSlot("claude", "c", "success");
      expect(await store.claimSlot("claude", "d", START)).toBe(true);
    });

    promise("is not given while the lane is blocked, and is from the moment it is not", async (store) => {
      await aLaneIn(store, {});
      await store.blockLane("claude", quotaBlock);
      expect(await store.claimSlot("claude", "a", quotaBlock.until - 1)).toBe(false);
      expect(await store.claimSlot("claude", "a", quotaBlock.until)).toBe(true);
      expect((await store.lane("claude"))?.block).toEqual(quotaBlock);
    });

    promise("is given to one job at a time after three failures in a row", async (store) => {
      await aLaneIn(store, { limit: 3 });
      await fail(store, "claude", FAILURES_TO_TRIP - 1);
      expect(await store.claimSlot("claude", "a", START)).toBe(true);
      expect(await store.claimSlot("claude", "b", START)).toBe(true);
      await store.releaseSlot("claude", "a", "failure");
      expect(await store.claimSlot("claude", "c", START)).toBe(false);
      await store.releaseSlot("claude", "b", "neutral");
      expect(await store.claimSlot("claude", "c", START)).toBe(true);
      expect(await store.claimSlot("claude", "d", START)).toBe(false);
      await store.releaseSlot("claude", "c", "success");
      expect(await store.claimSlot("claude", "d", START)).toBe(true);
      expect(await store.claimSlot("claude", "e", START)).toBe(true);
    });

    promise("is not given after three failures if the limit is 0", async (store) => {
      await aLaneIn(store, { limit: 1 });
      await fail(store, "claude", FAILURES_TO_TRIP);
      await store.setLimit("claude", 0);
      expect(await store.claimSlot("claude", "a", START)).toBe(false);
    });

    promise("is kept when its claim is finished, and finishing twice changes nothing", async (store) => {
      await aLaneIn(store, { holders: ["a", "b"] });
      const finished = aLane({ holders: new Set(["a", "b"]), claiming: new Set(["b"]) });
      await store.finishClaiming("claude", "a");
      expect(await store.lane("claude")).toEqual(finished);
      await store.finishClaiming("claude", "a");
      await store.finishClaiming("claude", "stranger");
      expect(await store.lane("claude")).toEqual(finished);
    });

    promise("is released once, with its claim", async (store) => {
      await aLaneIn(store, { holders: ["a", "b"] });
      const left = aLane({ holders: new Set(["b"]), claiming: new Set(["b"]), failuresInRow: 1 });
      expect(await store.releaseSlot("claude", "a", "failure")).toEqual(left);
      expect(await store.releaseSlot("claude", "a", "failure")).toBeUndefined();
      expect(await store.lane("claude")).toEqual(left);
    });

    promise("tells by its release how many jobs failed in a row", async (store) => {
      await aLaneIn(store, { holders: ["a", "b", "c", "d"] });
      expect((await store.releaseSlot("claude", "a", "failure"))?.failuresInRow).toBe(1);
      expect((await store.releaseSlot("claude", "b", "failure"))?.failuresInRow).toBe(2);
      expect((await store.releaseSlot("claude", "c", "neutral"))?.failuresInRow).toBe(2);
      expect((await store.releaseSlot("claude", "d", "success"))?.failuresInRow).toBe(0);
    });

    promise("can be taken again once all are free", async (store) => {
      await aLaneIn(store, { limit: 1, holders: ["a"] });
      expect(await store.releaseSlot("claude", "a", "success")).toEqual(aLane({ limit: 1 }));
      expect(await store.claimSlot("claude", "a", START)).toBe(true);
    });
  });
}
