import { type Block, FAILURES_TO_TRIP, type Lanes } from "@sluice/core";
import { describe, expect } from "vitest";
import { aLane, aLaneIn, LONGEST, START } from "../builders.ts";
import type { PortTest } from "./port-fixture.ts";

const quotaBlock: Block = { kind: "quota", until: START + 100, reason: "the quota is full", tries: 2 };

/** Lets `failures` jobs fail in a row on a lane that is empty. */
async function fail(lanes: Lanes, lane: string, failures: number): Promise<void> {
  for (let n = 0; n < failures; n++) {
    expect(await lanes.claimSlot(lane, `failing-${n}`, START, LONGEST)).toBe(true);
    await lanes.releaseSlot(lane, `failing-${n}`, "failure");
  }
}

/** What the store promises of lanes. */
export function lanePromises(promise: PortTest<Lanes>): void {
  describe("a lane", () => {
    promise("that nobody made is not there, and nothing makes it but its limit", async (lanes) => {
      expect(await lanes.claimSlot("claude", "j", START, LONGEST)).toBe(false);
      await lanes.finishClaiming("claude", "j");
      await lanes.block("claude", quotaBlock);
      expect(await lanes.releaseSlot("claude", "j", "failure")).toBeUndefined();
      expect(await lanes.liftBlock("claude", ["quota"])).toBe(false);
      expect(await lanes.winListing("claude", 0, START)).toBe(false);
      await lanes.noteMissed("claude", START);
      expect(await lanes.get("claude")).toBeUndefined();
      expect(await lanes.all()).toEqual([]);
    });

    promise("is made by its limit, empty", async (lanes) => {
      expect(await lanes.setLimit("claude", 3)).toEqual(aLane());
      expect(await lanes.get("claude")).toEqual(aLane());
    });

    promise("keeps everything else when its limit is set again", async (lanes) => {
      await aLaneIn(lanes, { holders: ["j"] });
      await lanes.block("claude", quotaBlock);
      await lanes.winListing("claude", 0, START);
      const same = { holders: new Set(["j"]), claiming: new Set(["j"]), block: quotaBlock, listedAt: START };
      expect(await lanes.setLimit("claude", 7)).toEqual(aLane({ limit: 7, ...same }));
      expect(await lanes.setLimit("claude", 7)).toEqual(aLane({ limit: 7, ...same }));
    });

    promise("is another one if its name differs only in case", async (lanes) => {
      await aLaneIn(lanes, { lane: "Claude", limit: 1, holders: ["j"] });
      await aLaneIn(lanes, { lane: "claude", limit: 2 });
      await aLaneIn(lanes, { lane: "CLAUDE", limit: 3 });
      const all = await lanes.all();
      expect(new Map(all.map(({ lane, limit, holders }) => [lane, [limit, holders.size]]))).toEqual(
        new Map([
          ["CLAUDE", [3, 0]],
          ["Claude", [1, 1]],
          ["claude", [2, 0]],
        ]),
      );
    });

    promise("given out is a copy", async (lanes) => {
      const lane = await aLaneIn(lanes, { holders: ["j"] });
      const block = { ...quotaBlock };
      await lanes.block("claude", block);
      (lane.holders as Set<string>).clear();
      block.reason = "changed";
      expect(await lanes.get("claude")).toMatchObject({ holders: new Set(["j"]), block: quotaBlock });
    });

    promise("has one block, the last", async (lanes) => {
      await aLaneIn(lanes, {});
      await lanes.block("claude", quotaBlock);
      await lanes.block("claude", { kind: "denied", until: 5, reason: "", tries: 1 });
      expect((await lanes.get("claude"))?.block).toEqual({ kind: "denied", until: 5, reason: "", tries: 1 });
    });

    promise("loses its block only if it is of one of the kinds named, and once", async (lanes) => {
      await aLaneIn(lanes, {});
      expect(await lanes.liftBlock("claude", ["quota"])).toBe(false);
      await lanes.block("claude", quotaBlock);
      expect(await lanes.liftBlock("claude", [])).toBe(false);
      expect(await lanes.liftBlock("claude", ["denied", "failures"])).toBe(false);
      expect((await lanes.get("claude"))?.block).toEqual(quotaBlock);
      expect(await lanes.liftBlock("claude", ["throttled", "quota"])).toBe(true);
      expect(await lanes.liftBlock("claude", ["throttled", "quota"])).toBe(false);
      expect(await lanes.get("claude")).toEqual(aLane());
    });

    promise("is listed by whoever saw the last listing", async (lanes) => {
      await aLaneIn(lanes, {});
      expect(await lanes.winListing("claude", 0, START)).toBe(true);
      expect(await lanes.winListing("claude", 0, START + 1)).toBe(false);
      expect((await lanes.get("claude"))?.listedAt).toBe(START);
      expect(await lanes.winListing("claude", START, START + 1)).toBe(true);
    });

    promise("remembers when an end was last missed", async (lanes) => {
      await aLaneIn(lanes, { holders: ["j"] });
      await lanes.noteMissed("claude", START);
      await lanes.noteMissed("claude", START + 1);
      expect(await lanes.get("claude")).toMatchObject({ missedAt: START + 1, listedAt: 0, holders: new Set(["j"]) });
    });
  });
}

/** What the store promises of the lanes' slots. */
export function slotPromises(promise: PortTest<Lanes>): void {
  describe("a slot", () => {
    promise("is given while there is room", async (lanes) => {
      await aLaneIn(lanes, { limit: 2 });
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(true);
      expect(await lanes.claimSlot("claude", "b", START, LONGEST)).toBe(true);
      expect(await lanes.claimSlot("claude", "c", START, LONGEST)).toBe(false);
      const both = new Set(["a", "b"]);
      expect(await lanes.get("claude")).toEqual(aLane({ limit: 2, holders: both, claiming: both }));
    });

    promise("is not given twice to the same job", async (lanes) => {
      const before = await aLaneIn(lanes, { holders: ["a"] });
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(false);
      expect(await lanes.get("claude")).toEqual(before);
    });

    promise("is not given on a lane whose limit is 0, not even an empty one", async (lanes) => {
      await aLaneIn(lanes, { limit: 0 });
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(false);
      await lanes.setLimit("claude", 1);
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(true);
    });

    promise("is not given above a lowered limit, until enough jobs have left", async (lanes) => {
      await aLaneIn(lanes, { limit: 1, holders: ["a", "b", "c"] });
      for (const leaving of ["a", "b"]) {
        await lanes.releaseSlot("claude", leaving, "success");
        expect(await lanes.claimSlot("claude", "d", START, LONGEST)).toBe(false);
      }
      await lanes.releaseSlot("claude", "c", "success");
      expect(await lanes.claimSlot("claude", "d", START, LONGEST)).toBe(true);
    });

    promise("is not given while the lane is blocked, and is from the moment it is not", async (lanes) => {
      await aLaneIn(lanes, {});
      await lanes.block("claude", quotaBlock);
      expect(await lanes.claimSlot("claude", "a", quotaBlock.until - 1, LONGEST)).toBe(false);
      expect(await lanes.claimSlot("claude", "a", quotaBlock.until, LONGEST)).toBe(true);
      expect((await lanes.get("claude"))?.block).toEqual(quotaBlock);
    });

    promise("is given to one job at a time after three failures in a row", async (lanes) => {
      await aLaneIn(lanes, { limit: 3 });
      await fail(lanes, "claude", FAILURES_TO_TRIP - 1);
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(true);
      expect(await lanes.claimSlot("claude", "b", START, LONGEST)).toBe(true);
      await lanes.releaseSlot("claude", "a", "failure");
      expect(await lanes.claimSlot("claude", "c", START, LONGEST)).toBe(false);
      await lanes.releaseSlot("claude", "b", "neutral");
      expect(await lanes.claimSlot("claude", "c", START, LONGEST)).toBe(true);
      expect(await lanes.claimSlot("claude", "d", START, LONGEST)).toBe(false);
      await lanes.releaseSlot("claude", "c", "success");
      expect(await lanes.claimSlot("claude", "d", START, LONGEST)).toBe(true);
      expect(await lanes.claimSlot("claude", "e", START, LONGEST)).toBe(true);
    });

    promise("is not given after three failures if the limit is 0", async (lanes) => {
      await aLaneIn(lanes, { limit: 1 });
      await fail(lanes, "claude", FAILURES_TO_TRIP);
      await lanes.setLimit("claude", 0);
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(false);
    });

    promise("is kept when its claim is finished, and finishing twice changes nothing", async (lanes) => {
      await aLaneIn(lanes, { holders: ["a", "b"] });
      const finished = aLane({ holders: new Set(["a", "b"]), claiming: new Set(["b"]) });
      await lanes.finishClaiming("claude", "a");
      expect(await lanes.get("claude")).toEqual(finished);
      await lanes.finishClaiming("claude", "a");
      await lanes.finishClaiming("claude", "stranger");
      expect(await lanes.get("claude")).toEqual(finished);
    });

    promise("is released once, with its claim", async (lanes) => {
      await aLaneIn(lanes, { holders: ["a", "b"] });
      const left = aLane({ holders: new Set(["b"]), claiming: new Set(["b"]), failuresInRow: 1 });
      expect(await lanes.releaseSlot("claude", "a", "failure")).toEqual(left);
      expect(await lanes.releaseSlot("claude", "a", "failure")).toBeUndefined();
      expect(await lanes.get("claude")).toEqual(left);
    });

    promise("tells by its release how many jobs failed in a row", async (lanes) => {
      await aLaneIn(lanes, { holders: ["a", "b", "c", "d"] });
      expect((await lanes.releaseSlot("claude", "a", "failure"))?.failuresInRow).toBe(1);
      expect((await lanes.releaseSlot("claude", "b", "failure"))?.failuresInRow).toBe(2);
      expect((await lanes.releaseSlot("claude", "c", "neutral"))?.failuresInRow).toBe(2);
      expect((await lanes.releaseSlot("claude", "d", "success"))?.failuresInRow).toBe(0);
    });

    promise("can be taken again once all are free", async (lanes) => {
      await aLaneIn(lanes, { limit: 1, holders: ["a"] });
      expect(await lanes.releaseSlot("claude", "a", "success")).toEqual(aLane({ limit: 1 }));
      expect(await lanes.claimSlot("claude", "a", START, LONGEST)).toBe(true);
    });
  });
}
