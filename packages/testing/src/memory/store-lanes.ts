import { type Lane, type LaneEvent, type Lanes, laneTransition } from "@sluice/core";
import { Rows } from "./store-rows.ts";

/** The lanes in memory; their rules are the core's. */
export function memoryLanes(stored: Map<string, Lane>): Lanes {
  const rows = new Rows<Lane, LaneEvent>(stored, laneTransition);
  const isDone = (lane: string, event: LaneEvent) => rows.apply(lane, event) !== undefined;

  return {
    get: async (lane) => rows.get(lane),
    all: async () => rows.page("ascending", Number.POSITIVE_INFINITY).items,
    async setLimit(lane, limit, settingsVersion = 0) {
      const event = { kind: "setLimit", lane, limit, settingsVersion } as const;
      return rows.apply(lane, event) ?? rows.present(lane);
    },
    claimSlot: async (lane, jobId, now, longest) => isDone(lane, { kind: "claimSlot", jobId, now, longest }),
    takeOver: async (lane, jobId) => isDone(lane, { kind: "takeOver", jobId }),
    finishClaiming: async (lane, jobId) => void rows.apply(lane, { kind: "finishClaiming", jobId }),
    releaseSlot: async (lane, jobId, outcome) => rows.apply(lane, { kind: "releaseSlot", jobId, outcome }),
    block: async (lane, block) => void rows.apply(lane, { kind: "block", block }),
    liftBlock: async (lane, kinds) => isDone(lane, { kind: "liftBlock", kinds }),
    blockModel: async (lane, model, block) => void rows.apply(lane, { kind: "blockModel", model, block }),
    liftModelBlock: async (lane, model) => isDone(lane, { kind: "liftModelBlock", model }),
    winListing: async (lane, seen, now) => isDone(lane, { kind: "winListing", seen, now }),
    noteMissed: async (lane, at) => void rows.apply(lane, { kind: "noteMissed", at }),
  };
}
