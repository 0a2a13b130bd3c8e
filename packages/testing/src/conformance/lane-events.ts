import {
  type BlockKind,
  type Lane,
  type LaneEvent,
  type Lanes,
  laneTransition,
  type ReleaseOutcome,
} from "@sluice/core";
import fc from "fast-check";
import { type Doors, nextOf, plain } from "./store-transitions.ts";

const jobId = fc.constantFrom("j1", "j2", "j3");
const time = fc.integer({ min: 0, max: 6 });
const kind = fc.constantFrom<BlockKind>("quota", "throttled", "denied", "failures");
const model = fc.constantFrom("amazon.nova-lite-v1:0", "a.b/c:0");
const longest = plain({ quota: time, throttled: time, denied: time, failures: time });
const outcome = fc.constantFrom<ReleaseOutcome>("failure", "failure", "success", "neutral");

function eventsOf(lane: string): fc.Arbitrary<LaneEvent> {
  const block = plain({ kind, until: fc.constantFrom(0, 0, 3, 6), reason: fc.constant("words"), tries: time });
  return fc.oneof<fc.Arbitrary<LaneEvent>[]>(
    fc.constantFrom(3, 3, 2, 1, 0).map((limit) => ({ kind: "setLimit", lane, limit })),
    plain({ kind: fc.constant("setLimit"), lane: fc.constant(lane), limit: time, settingsVersion: time }),
    plain({ kind: fc.constant("takeOver"), jobId }),
    plain({ kind: fc.constant("blockModel"), model, block }),
    plain({ kind: fc.constant("liftModelBlock"), model }),
    plain({ kind: fc.constant("claimSlot"), jobId, now: time, longest }),
    plain({ kind: fc.constant("claimSlot"), jobId, now: time, longest }),
    plain({ kind: fc.constant("finishClaiming"), jobId }),
    plain({ kind: fc.constant("releaseSlot"), jobId, outcome }),
    plain({ kind: fc.constant("releaseSlot"), jobId, outcome }),
    plain({ kind: fc.constant("block"), block }),
    plain({ kind: fc.constant("liftBlock"), kinds: fc.subarray<BlockKind>(["quota", "throttled", "denied"]) }),
    plain({ kind: fc.constant("winListing"), seen: fc.constantFrom(0, 1), now: fc.constantFrom(0, 1) }),
    plain({ kind: fc.constant("noteMissed"), at: time }),
  );
}

function make(lanes: Lanes, lane: string, event: LaneEvent): Promise<unknown> {
  switch (event.kind) {
    case "setLimit":
      return lanes.setLimit(lane, event.limit, event.settingsVersion);
    case "claimSlot":
      return lanes.claimSlot(lane, event.jobId, event.now, event.longest);
    case "takeOver":
      return lanes.takeOver(lane, event.jobId);
    case "blockModel":
      return lanes.blockModel(lane, event.model, event.block);
    case "liftModelBlock":
      return lanes.liftModelBlock(lane, event.model);
    case "finishClaiming":
      return lanes.finishClaiming(lane, event.jobId);
    case "releaseSlot":
      return lanes.releaseSlot(lane, event.jobId, event.outcome);
    case "block":
      return lanes.block(lane, event.block);
    case "liftBlock":
      return lanes.liftBlock(lane, event.kinds);
    case "winListing":
      return lanes.winListing(lane, event.seen, event.now);
    case "noteMissed":
      return lanes.noteMissed(lane, event.at);
  }
}

/** What tells whether it was done. */
const TOLD: ReadonlySet<LaneEvent["kind"]> = new Set([
  ...(["claimSlot", "takeOver", "liftBlock", "liftModelBlock", "winListing"] as const),
]);

/** How lanes change through their port. Two of them have names that differ only in case. */
export const laneDoors: Doors<Lanes, Lane, LaneEvent> = {
  ids: ["A", "a"],
  events: eventsOf,
  transition: laneTransition,
  read: (lanes, lane) => lanes.get(lane),
  make,
  result({ kind }, before, made) {
    if (kind === "setLimit") return nextOf(made) ?? before;
    if (kind === "releaseSlot") return nextOf(made);
    return TOLD.has(kind) ? "next" in made : undefined;
  },
  pages: [{ page: async (lanes) => ({ items: await lanes.all() }), holds: (rows) => rows }],
};
