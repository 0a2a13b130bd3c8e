import { aLane } from "@sluice/testing";
import { describe, expect, test } from "vitest";
import { type Block, blockedModels, isBlocked, modelBlock } from "./lane.ts";

const MODEL = "amazon.nova-lite-v1:0";
const NOW = 1_000;
const longest = { quota: 100, throttled: 1, denied: 1, failures: 1 };

const blockUntil = (until: number): Block => ({ kind: "quota", until, reason: "a test", tries: 1 });

describe("a block", () => {
  test.each<[until: number, lasts: boolean, why: string]>([
    [NOW, false, "its time is over"],
    [NOW + 1, true, "its time is to come"],
    [NOW + 100, true, "as long as any lasts"],
    [NOW + 101, false, "a clock that is far ahead set it"],
  ])("until %i at 1000 lasts: %s (%s)", (until, lasts) => {
    const block = blockUntil(until);
    expect(isBlocked(aLane({ block }), NOW, longest)).toBe(lasts);

    const other = blockUntil(NOW + 50);
    const lane = aLane({
      modelBlocks: new Map([
        [MODEL, block],
        ["another.model", other],
      ]),
    });
    expect(isBlocked(lane, NOW, longest)).toBe(false);
    expect(modelBlock(lane, MODEL, NOW, longest)).toBe(lasts ? block : undefined);
    expect(Object.fromEntries(blockedModels(lane, NOW, longest))).toEqual({
      ...(lasts && { [MODEL]: block }),
      "another.model": other,
    });
  });

  test("of a model is found by any form of its id, and holds for no other model", () => {
    const block = blockUntil(NOW + 1);
    const lane = aLane({ modelBlocks: new Map([[MODEL, block]]) });
    const arn = `arn:aws:bedrock:us-east-1::foundation-model/${MODEL}`;
    for (const id of [MODEL, arn]) expect(modelBlock(lane, id, NOW, longest), id).toBe(block);
    expect(modelBlock(lane, "another.model", NOW, longest)).toBeUndefined();
  });
});
