import type { Mutant } from "./mutant.ts";

const claims = "core/src/slots/claims.ts";
const claimEnds = "core/src/slots/claim-ends.ts";
const holdBack = "core/src/slots/hold-back.ts";
const heedAnswer = "core/src/slots/heed-answer.ts";
const release = "core/src/slots/release.ts";
const advance = "core/src/moves/advance.ts";
const bringForward = "core/src/slots/bring-forward.ts";

/** The table of what follows from Bedrock's answers, row by row. */
export const answerRules: readonly Mutant[] = [
  {
    name: "quota exceeded ends the job",
    patches: [
      {
        file: heedAnswer,
        from: `      return block(world, run, lane, taken, "quota", answer.message);`,
        to: "      return failJob(world, job, answer.message);",
      },
    ],
  },
  {
    name: "throttling ends the job",
    patches: [
      {
        file: heedAnswer,
        from: `      return block(world, run, lane, taken, "throttled", answer.message);`,
        to: "      return failJob(world, job, answer.message);",
      },
    ],
  },
  {
    name: "a missing permission ends the job",
    patches: [
      {
        file: heedAnswer,
        from: "      return blockModel(world, run, lane, taken, answer.message);",
        to: "      return failJob(world, job, answer.message);",
      },
    ],
  },
  {
    name: "a blocked lane is not woken",
    patches: [
      {
        file: heedAnswer,
        from: "instead of never.\n  await messages.wake(lane.lane, block.until);\n",
        to: "\n  void messages;\n",
      },
    ],
  },
  {
    name: "the block comes before its wake message",
    patches: [
      {
        file: heedAnswer,
        from: "  await messages.wake(lane.lane, block.until);\n  await store.lanes.block(lane.lane, block);\n",
        to: "  await store.lanes.block(lane.lane, block);\n  await messages.wake(lane.lane, block.until);\n",
      },
    ],
  },
  {
    name: "a blocked claim keeps its lease",
    patches: [
      {
        file: heedAnswer,
        from: "  await store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil: clock.now(), ...doubt, odd: false });\n",
        to: "  void doubt;\n",
      },
    ],
  },
  {
    name: "the end of a job of ours does not lift a quota block",
    patches: [{ file: release, from: "  await store.lanes.liftBlock(job.lane, lifted);\n", to: "  void lifted;\n" }],
  },
  {
    name: "the end of another user's job does not lift a quota block",
    patches: [
      {
        file: advance,
        from: `  await store.lanes.liftBlock(laneName, ["quota"]);
  const { block: _, ...free } = lane;
  return free;`,
        to: "  return lane;",
      },
    ],
  },
  {
    name: "after an unknown outcome nobody is woken",
    patches: [
      {
        file: heedAnswer,
        from: '  await messages.wake(lane.lane, taken.leaseUntil);\n  return "done";',
        to: '  void messages;\n  return "done";',
      },
    ],
  },
  {
    name: "an unknown outcome gives the slot back",
    patches: [
      {
        file: heedAnswer,
        from: `    case "unknown":
      break;`,
        to: `    case "unknown":
      await store.lanes.releaseSlot(lane.lane, job.jobId, "neutral");
      await store.queue.put(job);
      return "done";`,
      },
    ],
  },
  {
    name: "a conflict ends the job",
    patches: [
      {
        file: heedAnswer,
        from: `      if (found !== undefined) return adopt(world, job, found);
      break;`,
        to: "      return failJob(world, job, String(found?.arn));",
      },
    ],
  },
  {
    name: "a refusal of a later call ends the job without proof",
    patches: [
      {
        file: heedAnswer,
        from: "return taken.proofInMs > 0 ? waitForProof",
        to: "return taken.proofInMs < 0 ? waitForProof",
      },
    ],
  },
  {
    name: "a refusal of the first call is asked again for ever",
    patches: [
      {
        file: heedAnswer,
        from: "return taken.proofInMs > 0 ? waitForProof",
        to: "return taken.proofInMs >= 0 ? waitForProof",
      },
    ],
  },
  {
    name: "the wait for a proof is not woken",
    patches: [{ file: holdBack, from: "  await world.messages.wake(job.lane, leaseUntil);\n", to: "" }],
  },
  {
    name: "an answer that nobody knows is asked again for ever",
    patches: [{ file: claims, from: "const MOST_ODD_ANSWERS = 8;", to: "const MOST_ODD_ANSWERS = Infinity;" }],
  },
  {
    name: "an answer that nobody knows ends the job at once",
    patches: [{ file: claims, from: "const MOST_ODD_ANSWERS = 8;", to: "const MOST_ODD_ANSWERS = 1;" }],
  },
  {
    name: "a job that failed keeps its slot",
    patches: [
      { file: claimEnds, from: `  await releaseEnded(world, failed ?? job, "failure");\n`, to: "  void failed;\n" },
    ],
  },
  {
    name: "a job that has ended is adopted as one that runs",
    patches: [
      {
        file: claimEnds,
        from: "  if (found.inputKey === job.inputKey && hasEnded(found.status)) return takeEnd(world, job, found);\n",
        to: "  void takeEnd;\n",
      },
    ],
  },
  {
    name: "an end that came while another event brought the ARN is left to the sweep",
    patches: [
      {
        file: bringForward,
        from: "if (changed === undefined && isForward(job.status, next.status)) {",
        to: "if (changed === undefined && arnOf(job) === undefined) {",
      },
    ],
  },
];
