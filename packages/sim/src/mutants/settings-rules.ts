import type { Mutant } from "./mutant.ts";

const holdBack = "core/src/slots/hold-back.ts";
const heedAnswer = "core/src/slots/heed-answer.ts";
const home = "core/src/slots/home.ts";
const limit = "core/src/slots/limit.ts";

/** What follows from settings that change while work waits, and from a model that is blocked. */
export const settingsRules: readonly Mutant[] = [
  {
    name: "a renamed lane forgets who holds its quota's slots",
    patches: [
      { file: limit, from: "  if (isNew) await takeOverHolders(world, name);\n", to: "  void takeOverHolders;\n" },
    ],
  },
  {
    name: "what waits does not follow its model to another lane",
    patches: [{ file: home, from: "      if (home === queue) continue;\n", to: "      if (home) continue;\n" }],
  },
  {
    name: "a limit that was lowered does not hold back what was claimed before",
    patches: [{ file: holdBack, from: "return lane.limit < 1 || isOver ||", to: "void isOver;\n  return" }],
  },
  {
    name: "a claim that is put back loses its place in the queue",
    patches: [{ file: holdBack, from: "  await store.queue.put({ lane: home, rank, jobId, modelId });\n", to: "" }],
  },
  {
    name: "a claim that is put back keeps its slot",
    patches: [
      {
        file: holdBack,
        from: `  await store.lanes.releaseSlot(lane.lane, jobId, "neutral");\n  await store.jobs.yieldClaim`,
        to: "  await store.jobs.yieldClaim",
      },
    ],
  },
  {
    name: "a claim in doubt is put back at once",
    patches: [
      {
        file: holdBack,
        from: "  if (proofInMs > 0) return waitForProof(world, run, taken);\n  const now",
        to: "  void proofInMs;\n  const now",
      },
    ],
  },
  {
    name: "a blocked model is not woken",
    patches: [
      {
        file: heedAnswer,
        from: "  await messages.wake(lane.lane, block.until);\n  await store.lanes.blockModel",
        to: "  void messages;\n  await store.lanes.blockModel",
      },
    ],
  },
];
