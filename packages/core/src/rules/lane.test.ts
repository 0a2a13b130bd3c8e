import { aLane } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import type { Block, Lane } from "../lane/lane.ts";
import { type LaneEvent, laneTransition } from "./lane.ts";

const ids = (...jobIds: string[]) => new Set(jobIds);
const block: Block = { kind: "quota", until: 100, reason: "full", tries: 2 };
const held = aLane({ holders: ids("a", "b"), claiming: ids("a", "b"), failuresInRow: 1 });
const longest = { quota: 100, throttled: 1, denied: 1, failures: 1 };
const claim: LaneEvent = { kind: "claimSlot", jobId: "c", now: 50, longest };
const released = { ...held, holders: ids("b"), claiming: ids("b") };

const cases: [given: string, lane: Lane | undefined, when: LaneEvent, then: ReturnType<typeof laneTransition>][] = [
  ["no lane, its limit makes it", undefined, { kind: "setLimit", lane: "claude", limit: 3 }, { next: aLane() }],
  [
    "a lane, a limit changes nothing else",
    { ...held, block, listedAt: 7, missedAt: 8 },
    { kind: "setLimit", lane: "claude", limit: 1 },
    { next: { ...held, block, listedAt: 7, missedAt: 8, limit: 1 } },
  ],

  [
    "a limit of older settings, none",
    aLane({ settingsVersion: 2 }),
    { kind: "setLimit", lane: "claude", limit: 9, settingsVersion: 1 },
    { refused: "newerSettings" },
  ],
  [
    "a limit of newer settings",
    aLane({ settingsVersion: 2 }),
    { kind: "setLimit", lane: "claude", limit: 9, settingsVersion: 3 },
    { next: aLane({ limit: 9, settingsVersion: 3 }) },
  ],
  [
    "a slot that another lane gave, over the limit too",
    { ...held, limit: 1 },
    { kind: "takeOver", jobId: "c" },
    { next: { ...held, limit: 1, holders: ids("a", "b", "c"), claiming: ids("a", "b", "c") } },
  ],
  ["a slot that it has taken over before", held, { kind: "takeOver", jobId: "a" }, { refused: "holdsSlot" }],
  [
    "a model's block, the last one counts",
    aLane({ modelBlocks: new Map([["m", { ...block, tries: 1 }]]) }),
    { kind: "blockModel", model: "m", block },
    { next: aLane({ modelBlocks: new Map([["m", block]]) }) },
  ],
  [
    "a model's block to lift",
    aLane({
      block,
      modelBlocks: new Map([
        ["m", block],
        ["n", block],
      ]),
    }),
    { kind: "liftModelBlock", model: "m" },
    { next: aLane({ block, modelBlocks: new Map([["n", block]]) }) },
  ],
  ["no block of this model", aLane({ block }), { kind: "liftModelBlock", model: "m" }, { refused: "notBlocked" }],

  ["no lane, no slot", undefined, claim, { refused: "noLane" }],
  ["room, a slot", held, claim, { next: { ...held, holders: ids("a", "b", "c"), claiming: ids("a", "b", "c") } }],
  ["a holder, no second slot", held, { ...claim, jobId: "a" } as LaneEvent, { refused: "holdsSlot" }],
  ["as many holders as the limit, no slot", { ...held, limit: 2 }, claim, { refused: "full" }],
  ["more holders than the limit, no slot", { ...held, limit: 1 }, claim, { refused: "full" }],
  ["a limit of 0, no slot", aLane({ limit: 0 }), claim, { refused: "full" }],
  ["a block that lasts, no slot", aLane({ block: { ...block, until: 51 } }), claim, { refused: "blocked" }],
  [
    "a block as long as there are any, no slot",
    aLane({ block: { ...block, until: 150 } }),
    claim,
    { refused: "blocked" },
  ],
  [
    "a block that lasts longer than any, as a clock that is far ahead sets it, a slot",
    aLane({ block: { ...block, until: 151 } }),
    claim,
    { next: aLane({ block: { ...block, until: 151 }, holders: ids("c"), claiming: ids("c") }) },
  ],
  [
    "a block that is over, a slot, and the block stays to be remembered",
    aLane({ block: { ...block, until: 50 } }),
    claim,
    { next: aLane({ block: { ...block, until: 50 }, holders: ids("c"), claiming: ids("c") }) },
  ],
  ["three failures in a row, no second slot", { ...released, failuresInRow: 3 }, claim, { refused: "full" }],
  [
    "three failures in a row, one slot",
    aLane({ failuresInRow: 3 }),
    claim,
    { next: aLane({ failuresInRow: 3, holders: ids("c"), claiming: ids("c") }) },
  ],
  ["three failures in a row and a limit of 0, none", aLane({ failuresInRow: 3, limit: 0 }), claim, { refused: "full" }],

  ["a claim, it is finished", held, { kind: "finishClaiming", jobId: "a" }, { next: { ...held, claiming: ids("b") } }],
  ["no claim, finishing changes nothing", held, { kind: "finishClaiming", jobId: "c" }, { next: held }],

  [
    "a holder that failed, one more in the row",
    held,
    { kind: "releaseSlot", jobId: "a", outcome: "failure" },
    { next: { ...released, failuresInRow: 2 } },
  ],
  [
    "a holder that succeeded, a new row",
    held,
    { kind: "releaseSlot", jobId: "a", outcome: "success" },
    { next: { ...released, failuresInRow: 0 } },
  ],
  [
    "a holder of which nothing is known, the same row",
    held,
    { kind: "releaseSlot", jobId: "a", outcome: "neutral" },
    { next: released },
  ],
  [
    "a holder whose claim is finished",
    { ...held, claiming: ids("b") },
    { kind: "releaseSlot", jobId: "a", outcome: "neutral" },
    { next: released },
  ],
  ["no holder", held, { kind: "releaseSlot", jobId: "c", outcome: "failure" }, { refused: "holdsNone" }],

  [
    "a block, the last one counts",
    aLane({ block: { ...block, kind: "denied" } }),
    { kind: "block", block },
    { next: aLane({ block }) },
  ],
  [
    "a block of this kind, it is lifted",
    aLane({ block }),
    { kind: "liftBlock", kinds: ["denied", "quota"] },
    { next: aLane() },
  ],
  ["a block of another kind", aLane({ block }), { kind: "liftBlock", kinds: ["denied"] }, { refused: "notBlocked" }],
  ["a block, and no kind", aLane({ block }), { kind: "liftBlock", kinds: [] }, { refused: "notBlocked" }],
  ["no block to lift", aLane(), { kind: "liftBlock", kinds: ["quota"] }, { refused: "notBlocked" }],

  [
    "the listing that was seen",
    aLane({ listedAt: 7 }),
    { kind: "winListing", seen: 7, now: 9 },
    { next: aLane({ listedAt: 9 }) },
  ],
  ["a later listing", aLane({ listedAt: 8 }), { kind: "winListing", seen: 7, now: 9 }, { refused: "listed" }],
  ["an end that was missed", aLane({ missedAt: 7 }), { kind: "noteMissed", at: 9 }, { next: aLane({ missedAt: 9 }) }],
];

describe("a lane:", () => {
  for (const [given, lane, when, then] of cases)
    test(`${when.kind}, given ${given}`, () => {
      const before = structuredClone(lane);
      expect(laneTransition(lane, when)).toStrictEqual(then);
      expect(lane).toStrictEqual(before);
    });

  const others: LaneEvent[] = [
    { kind: "finishClaiming", jobId: "a" },
    { kind: "takeOver", jobId: "a" },
    { kind: "releaseSlot", jobId: "a", outcome: "neutral" },
    { kind: "block", block },
    { kind: "blockModel", model: "m", block },
    { kind: "liftModelBlock", model: "m" },
    { kind: "liftBlock", kinds: ["quota"] },
    { kind: "winListing", seen: 0, now: 1 },
    { kind: "noteMissed", at: 1 },
  ];
  for (const event of others)
    test(`${event.kind} makes none`, () =>
      expect(laneTransition(undefined, event)).toStrictEqual({ refused: "noLane" }));
});
