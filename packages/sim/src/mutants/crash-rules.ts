import type { Mutant } from "./mutant.ts";

const move = "core/src/queue/move.ts";
const advance = "core/src/queue/advance.ts";
const sweep = "core/src/queue/sweep.ts";
const repair = "core/src/queue/repair.ts";
const plan = "core/src/queue/plan.ts";
const collect = "core/src/queue/collect.ts";

/** What repairs a crash, row by row, and what the moves do in an order so that a repetition repairs them. */
export const crashRules: readonly Mutant[] = [
  {
    name: "an event for a job without an ARN is ignored",
    patches: [
      {
        file: move,
        from: "  const moved = await store.moveJob(jobId, moveTo(world, seen));\n",
        to: `  const known = await store.job(jobId);
  const moved = known?.status === "Claimed" ? undefined : await store.moveJob(jobId, moveTo(world, seen));
`,
      },
    ],
  },
  {
    name: "a repeated event of an end does not release",
    patches: [
      {
        file: move,
        from: "  if (!hasEnded(status)) return { job };\n",
        to: "  if (!hasEnded(status) || moved === undefined) return { job };\n",
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
        from: "  const lane = await refill(world, laneName, freed);\n",
        to: "  if (moved !== undefined && moved.freed === undefined) return;\n  const lane = await refill(world, laneName, freed);\n",
      },
    ],
  },
  {
    name: "an event does not refill",
    patches: [
      {
        file: advance,
        from: "  const lane = await refill(world, laneName, freed);\n",
        to: "  void refill;\n  void freed;\n  const lane = await world.store.lane(laneName);\n",
      },
      {
        file: repair,
        from: "  for (const { lane } of lanes) await refill(world, lane);\n",
        to: "  if (lanes.length > 1) for (const { lane } of lanes) await refill(world, lane);\n",
      },
    ],
  },
  {
    name: "another user's event does not refill",
    patches: [
      {
        file: advance,
        from: "  const lane = await refill(world, laneName, freed);\n",
        to: "  if (moved === undefined) return;\n  const lane = await refill(world, laneName, freed);\n",
      },
    ],
  },
  {
    name: "the sweep keeps the slots of ended jobs",
    patches: [
      {
        file: repair,
        from: "    await releaseEnded(world, job, outcomeOf(job.status, listed?.processedRecords));\n    return;",
        to: "    void [releaseEnded, outcomeOf];\n    return;",
      },
    ],
  },
  {
    name: "the sweep keeps the slots of jobs that are gone",
    patches: [
      {
        file: repair,
        from: `    if (job === undefined) await world.store.releaseSlot(lane, jobId, "neutral");`,
        to: `    if (job === undefined) void [lane, jobId];`,
      },
    ],
  },
  {
    name: "the sweep does not ask Bedrock",
    patches: [
      {
        file: repair,
        from: "  if (seen === undefined || seen.status === job.status) return;\n",
        to: "  if (seen) return;\n",
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
      { file: repair, from: "  for (const { lane } of lanes) await refill(world, lane);\n", to: "  void refill;\n" },
    ],
  },
  {
    name: "there is no sweep",
    patches: [{ file: sweep, from: "  await repairLanes(world, lanes);\n", to: "  void repairLanes;\n" }],
  },
  {
    name: "the sweep collects nothing",
    level: "whole",
    patches: [{ file: sweep, from: "  await collectLeftovers(world);\n", to: "  void collectLeftovers;\n" }],
  },
  {
    name: "the sweep does not collect what it repairs, nor later",
    level: "whole",
    patches: [
      { file: sweep, from: "  await collectLeftovers(world);\n", to: "  void collectLeftovers;\n" },
      { file: repair, from: "  await messages.collect(job.jobId, clock.now());\n", to: "  void [messages, clock];\n" },
    ],
  },
  {
    name: "the sweep resumes no plan",
    level: "whole",
    patches: [{ file: sweep, from: "  await resumePlans(world);\n", to: "  void resumePlans;\n" }],
  },
  {
    name: "the sweep finds no lost drops",
    level: "whole",
    patches: [{ file: sweep, from: "  await findDrops(world);\n", to: "  void findDrops;\n" }],
  },
  {
    name: "a repeated plan does nothing",
    level: "whole",
    patches: [
      {
        file: plan,
        from: `  if (submission.status !== "Planning") {`,
        to: `  if (submission.status !== "Planning" || submission.plan !== undefined) {`,
      },
    ],
  },
  {
    name: "a repeated plan of an open submission does not refill",
    level: "whole",
    patches: [
      { file: plan, from: `    if (submission.status === "Open") await refill(world, submission.lane);\n`, to: "" },
    ],
  },
  {
    name: "the queue entry comes before its job",
    level: "whole",
    patches: [
      {
        file: plan,
        from: "  const isNew = await store.putJob(job);\n",
        to: "  await store.enqueue({ lane, rank: job.rank, jobId });\n  const isNew = await store.putJob(job);\n  if (isNew) return;\n",
      },
    ],
  },
  {
    name: "an interrupted plan leaves its jobs without entries",
    level: "whole",
    patches: [
      {
        file: plan,
        from: `  if (isNew || (await store.job(jobId))?.status === "Pending") await`,
        to: "  if (isNew) await",
      },
    ],
  },
  {
    name: "a second plan wins over the first",
    level: "whole",
    patches: [
      {
        file: "testing/src/memory/store-submissions.ts",
        from: `      if (row.status !== "Planning" || row.plan !== undefined) return copyOf(row);`,
        to: `      if (row.status !== "Planning") return copyOf(row);`,
      },
    ],
  },
  {
    name: "a part is counted each time that it is settled",
    level: "whole",
    patches: [
      {
        file: "testing/src/memory/store-submissions.ts",
        from: "      if (!row.openJobs.has(jobId)) return copyOf(row);\n",
        to: "",
      },
    ],
  },
  {
    name: "a job is marked as settled first",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "  let submission = await store.submission(submissionId);\n",
        to: "  await store.settleJob(jobId);\n  let submission = await store.submission(submissionId);\n",
      },
    ],
  },
  {
    name: "what is staged goes before the submission is done",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "    await store.finishSubmission(submissionId);\n",
        to: "    await sweepUp(objects, submissionId);\n    await store.finishSubmission(submissionId);\n",
      },
    ],
  },
  {
    name: "a job is settled on the output that is there",
    level: "whole",
    patches: [
      {
        file: "core/src/collect/job-output.ts",
        from: '  return job.status === "Completed" || job.status === "PartiallyCompleted";',
        to: '  return job.jobId === "";',
      },
    ],
  },
  {
    name: "a failed job is settled at once",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "  if (!hasManifest && arn !== undefined && clock.now() < readyAt)",
        to: '  if (!hasManifest && arn === "" && clock.now() < readyAt)',
      },
    ],
  },
  {
    name: "results lie where an earlier drop of the key has its own",
    level: "whole",
    patches: [
      {
        file: "testing/src/memory/store-submissions.ts",
        from: "      const first = firstByPath.get(path) ?? submissionId;\n",
        to: "      const first = submissionId;\n",
      },
    ],
  },
];
