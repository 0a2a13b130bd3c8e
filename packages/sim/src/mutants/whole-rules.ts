import type { Mutant } from "./mutant.ts";

const sweep = "core/src/moves/sweep.ts";
const repair = "core/src/moves/repair.ts";
const plan = "core/src/moves/plan.ts";
const collect = "core/src/moves/collect.ts";

/** What repairs an interrupted plan or collect, and what they do in an order so that a repetition repairs them. */
export const wholeRules: readonly Mutant[] = [
  {
    name: "the sweep collects nothing",
    level: "whole",
    patches: [{ file: sweep, from: '  ["Looking for output that nobody collected", collectLeftovers],\n', to: "" }],
  },
  {
    name: "the sweep does not collect what it repairs, nor later",
    level: "whole",
    patches: [
      { file: sweep, from: '  ["Looking for output that nobody collected", collectLeftovers],\n', to: "" },
      { file: repair, from: "  await messages.collect(job.jobId, AT_ONCE);\n", to: "  void [messages, AT_ONCE];\n" },
    ],
  },
  {
    name: "the sweep resumes no plan",
    level: "whole",
    patches: [{ file: sweep, from: '  ["Looking for plans that were interrupted", resumePlans],\n', to: "" }],
  },
  {
    name: "the sweep finds no lost drops",
    level: "whole",
    patches: [{ file: sweep, from: '  ["Looking for drops that nobody noticed", findDrops],\n', to: "" }],
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
      {
        file: plan,
        from: `    if (submission.status === "Open") await refill(world, homeOf(world, submission));\n`,
        to: "",
      },
    ],
  },
  {
    name: "the queue entry comes before its job",
    level: "whole",
    patches: [
      {
        file: plan,
        from: "  const isNew = await store.jobs.put(job);\n",
        to: "  await store.queue.put({ lane, rank: job.rank, jobId });\n  const isNew = await store.jobs.put(job);\n  if (isNew) return;\n",
      },
    ],
  },
  {
    name: "an interrupted plan leaves its jobs without entries",
    level: "whole",
    patches: [
      {
        file: plan,
        from: "  if (stored !== undefined && !hasEnded(stored.status))\n",
        to: "  if (isNew && stored && !hasEnded(stored.status))\n",
      },
    ],
  },
  {
    name: "a slice is counted each time that it is settled",
    level: "whole",
    patches: [
      {
        file: "core/src/rules/submission.ts",
        from: `  if (!submission.openJobs.has(jobId)) return { refused: "notOpen" };\n`,
        to: "",
      },
    ],
  },
  {
    name: "a job is marked as done with first",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "  let submission = await store.submissions.get(submissionId);\n",
        to: "  await store.jobs.markDone(jobId, false);\n  let submission = await store.submissions.get(submissionId);\n",
      },
    ],
  },
  {
    name: "what is prepared goes before the results are written",
    level: "whole",
    patches: [
      {
        file: collect,
        from: "    folder = await store.submissions.chooseFolder(submissionId, place.folder);\n",
        to: "    folder = await store.submissions.chooseFolder(submissionId, place.folder);\n    await sweepUp(objects, submissionId);\n",
      },
    ],
  },
  {
    name: "a job is settled on the output that is there",
    level: "whole",
    patches: [
      {
        file: "core/src/settling/job-output.ts",
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
        from: "  if (!hasManifest && arn !== undefined && waitMs > 0)",
        to: '  if (!hasManifest && arn === "" && waitMs > 0)',
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
  {
    name: "content that is open or done is run again",
    level: "whole",
    patches: [
      {
        file: "core/src/moves/repeated.ts",
        from: "    if (earlier !== undefined && hasItsRecords(earlier)) return earlier;\n",
        to: "    void [earlier, hasItsRecords];\n",
      },
    ],
  },
  {
    name: "a plan that died under a copy of its object is left to itself",
    level: "whole",
    patches: [{ file: plan, from: `  if (isUnfinished(earlier)) await goOnUnlessDone(earlier, undefined);\n`, to: "" }],
  },
  {
    name: "a copy's plan leaves alone an open submission that has its content",
    level: "whole",
    patches: [{ file: plan, from: "if (isUnfinished(earlier)) await", to: `if (earlier.status === "Planning") await` }],
  },
];
