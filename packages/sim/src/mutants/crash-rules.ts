import type { Mutant } from "./mutant.ts";

const move = "core/src/slots/bring-forward.ts";
const advance = "core/src/moves/advance.ts";
const refillAtEnd =
  "  const lane = isOfEnd ? await refill(world, laneName, freed) : await world.store.lanes.get(laneName);\n";
const sweep = "core/src/moves/sweep.ts";
const repair = "core/src/moves/repair.ts";

/** What repairs a crash, row by row, and what the moves do in an order so that a repetition repairs them. */
export const crashRules: readonly Mutant[] = [
  {
    name: "an event for a job without an ARN is ignored",
    patches: [
      {
        file: move,
        from: "    changed = await store.jobs.bringForward(jobId, next);\n",
        to: "    changed = undefined;\n",
      },
    ],
  },
  {
    name: "an event's job is not compared with ours",
    level: "queue",
    patches: [
      {
        file: move,
        from: "  if (changed === undefined && !(await isOurs(world, job, seen))) return undefined;\n",
        to: "  void isOurs;\n",
      },
    ],
  },
  {
    name: "a repeated event of an end does not release",
    patches: [
      {
        file: move,
        from: "  if (!hasEnded(status)) return { job };\n",
        to: "  if (!hasEnded(status) || changed === undefined) return { job };\n",
      },
    ],
  },
  {
    name: "the end of a job does not release",
    patches: [
      { file: move, from: "  if (!hasEnded(status)) return { job };\n", to: "  if (status) return { job };\n" },
    ],
  },
  {
    name: "a repeated event does not refill",
    patches: [
      {
        file: advance,
        from: refillAtEnd,
        to: `  if (forwarded !== undefined && forwarded.freed === undefined) return;\n${refillAtEnd}`,
      },
    ],
  },
  {
    name: "an event does not refill",
    patches: [
      {
        file: advance,
        from: refillAtEnd,
        to: "  void refill;\n  void isOfEnd;\n  const lane = await world.store.lanes.get(laneName);\n",
      },
      {
        file: repair,
        from: "      const left = await refill(world, name);\n",
        to: "    const left = lanes.length > 1 ? await refill(world, lane.lane) : undefined;\n",
      },
    ],
  },
  {
    name: "another user's event does not refill",
    patches: [
      {
        file: advance,
        from: refillAtEnd,
        to: `  if (forwarded === undefined) return;\n${refillAtEnd}`,
      },
    ],
  },
  {
    name: "the sweep keeps the slots of ended jobs",
    patches: [
      {
        file: repair,
        from: "    await releaseEnded(world, job, outcomeOf(job.status, listed?.processedRecords));\n",
        to: "    void [releaseEnded, outcomeOf];\n",
      },
    ],
  },
  {
    name: "the sweep keeps the slots of jobs that are gone",
    patches: [
      {
        file: repair,
        from: `      if (job === undefined) await world.store.lanes.releaseSlot(lane, jobId, "neutral");`,
        to: `    if (job === undefined) void [lane, jobId];`,
      },
    ],
  },
  {
    name: "the sweep does not ask Bedrock",
    patches: [
      {
        file: repair,
        from: "  if (seen === undefined || seen.status === job.status) return false;\n",
        to: "  if (seen) return false;\n",
      },
    ],
  },
  {
    name: "the sweep takes absence from the list for an end that it need not look up",
    patches: [
      {
        file: repair,
        from: "  const seen = listed ?? (await batch.get(arn));\n",
        to: "  void [batch, arn];\n  const seen = listed;\n",
      },
      // A list that ends early: otherwise only ten thousand jobs make one.
      { file: repair, from: "const MOST_LIST_PAGES = 10;", to: "const MOST_LIST_PAGES = 1;" },
    ],
  },
  {
    name: "the sweep does not refill",
    patches: [
      {
        file: repair,
        from: "      const left = await refill(world, name);\n",
        to: "      const left = await world.store.lanes.get(name);\n    void refill;\n",
      },
    ],
  },
  {
    name: "there is no sweep",
    patches: [
      { file: sweep, from: "  failures.push(...(await repairLanes(world, lanes)));\n", to: "  void repairLanes;\n" },
    ],
  },
];
