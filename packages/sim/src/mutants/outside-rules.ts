import type { Mutant } from "./mutant.ts";

const plan = "core/src/moves/plan.ts";
const collect = "core/src/moves/collect.ts";
const claims = "core/src/slots/claims.ts";
const heedAnswer = "core/src/slots/heed-answer.ts";
const clocks = "core/src/rules/clocks.ts";
const folder = "core/src/results/folder.ts";
const lane = "core/src/lane/lane.ts";

/** What holds against that which comes from outside: objects of others, a restored table, clocks that nobody sets. */
export const outsideRules: readonly Mutant[] = [
  {
    name: "results are written over what somebody else put there",
    level: "whole",
    patches: [
      {
        file: folder,
        from: "  return heads.every((head) => head === undefined);",
        to: "  return heads.length > 0;",
      },
    ],
  },
  {
    name: "any summary will do, whoever's it is",
    level: "whole",
    patches: [
      {
        file: folder,
        from: `found !== undefined && found !== "foreign" && found.submissionId === submissionId;`,
        to: `found !== undefined && found !== "foreign" && submissionId !== "";`,
      },
    ],
  },
  {
    name: "a plan does not look for results that are there already",
    level: "whole",
    patches: [
      {
        file: plan,
        from: "  if ((await takeOver(world, submission)) !== undefined) return;\n  const committed",
        to: "  const committed",
      },
    ],
  },
  {
    name: "a plan prepares again what was prepared",
    level: "whole",
    patches: [
      {
        file: "core/src/moves/prepared-before.ts",
        from: "  if (first === undefined) return undefined;",
        to: "  if (first === undefined || first !== undefined) return undefined;",
      },
    ],
  },
  {
    name: "a collect does not ask why what was prepared is gone",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "  return isGone ? takeOver(world, submission) : undefined;",
        to: '  return isGone && submission.key === "" ? takeOver(world, submission) : undefined;',
      },
    ],
  },
  {
    name: "the jobs of an interrupted plan whose results are there stay without entries",
    level: "whole",
    patches: [
      {
        file: "core/src/moves/take-over.ts",
        from: "    await store.queue.put({ lane: home, rank, jobId, modelId });\n",
        to: "    void job;\n",
      },
    ],
  },
  {
    name: "a refusal of the first call is not looked into",
    level: "whole",
    patches: [
      { file: heedAnswer, from: "  if (doubt.doubtSince === undefined) {", to: "  if (doubt.doubtSince === -1) {" },
    ],
  },
  {
    name: "an instance's clock proves that a job is absent",
    level: "queue",
    patches: [
      {
        file: claims,
        from: "    known = lookedAt(world, taken, at);",
        to: "    known = lookedAt(world, taken, at + world.clock.now() - at);",
      },
    ],
  },
  {
    name: "a block is believed however long it is to last",
    patches: [{ file: lane, from: " && until <= now + longest[kind];", to: " && longest[kind] > 0;" }],
  },
  {
    name: "a lease is believed however long it is to last",
    patches: [
      {
        file: "core/src/rules/job.ts",
        from: "claim.leaseUntil > now && claim.leaseUntil <= latest) return",
        to: "claim.leaseUntil > now && latest > 0) return",
      },
    ],
  },
  {
    name: "a message waits for however late a time",
    patches: [
      { file: clocks, from: "  return at > now && at <= now + mostMs;", to: "  return at > now && mostMs > 0;" },
    ],
  },
  {
    name: "content whose results lie in the bucket runs again where the table does not tell of it",
    level: "whole",
    patches: [
      {
        file: plan,
        from: "const done = again === undefined && first.plan === undefined ? await doneInBucket(world, first) : undefined;",
        to: "const done = again === undefined && !first ? await doneInBucket(world, first) : undefined;",
      },
    ],
  },
];
