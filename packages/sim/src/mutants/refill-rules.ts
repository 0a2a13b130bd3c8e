import type { Mutant } from "./mutant.ts";

const refill = "core/src/slots/refill.ts";
const claims = "core/src/slots/claims.ts";
const claimEnds = "core/src/slots/claim-ends.ts";
const lanes = "core/src/rules/lane.ts";
const jobs = "core/src/rules/job.ts";

/** The rules of "The refill, exactly" in the order of the design, each taken away. */
export const refillRules: readonly Mutant[] = [
  {
    name: "a claim is not conditional on room",
    patches: [{ file: lanes, from: `  if (!hasRoom(lane)) return { refused: "full" };\n`, to: "" }],
  },
  {
    name: "a blocked lane claims",
    patches: [{ file: lanes, from: `  if (isBlocked(lane, now, longest)) return { refused: "blocked" };\n`, to: "" }],
  },
  {
    name: "a blocked lane is asked like any other",
    patches: [
      {
        file: refill,
        from: "if (isBlocked(lane, world.clock.now(), longestBlocks(world.timings))) {",
        to: "if (lane.limit < 0) {",
      },
    ],
  },
  {
    name: "a blocked lane's unfinished claims are not looked up",
    patches: [{ file: refill, from: "() => lookUpClaim(world, jobId)", to: "async () => lookUpClaim" }],
  },
  {
    name: "unfinished claims are not finished",
    patches: [
      { file: refill, from: "for (const jobId of lane.claiming) {", to: "for (const jobId of [] as string[]) {" },
    ],
  },
  {
    name: "a refusal of a slot is believed, though an earlier try of our own may have won it",
    patches: [{ file: refill, from: "    if (lane?.holders.has(jobId)) return true;\n", to: "" }],
  },
  {
    name: "after a stale entry the refill stops",
    patches: [
      {
        file: refill,
        from: `      const finished = await finishAlone(world, run, lane, entry.jobId, entry);
      if (finished !== "done") return finished === "released" ? "again" : "full";`,
        to: `      const finished = await finishAlone(world, run, lane, entry.jobId, entry);
      if (finished !== "done") return "full";`,
      },
    ],
  },
  {
    name: "after a release of an unfinished claim the refill stops",
    patches: [
      {
        file: refill,
        from: `    const finished = await finishAlone(world, run, lane, jobId);
    if (finished !== "done") return finished === "released" ? "again" : "full";`,
        to: `    const finished = await finishAlone(world, run, lane, jobId);
    if (finished !== "done") return "full";`,
      },
    ],
  },
  {
    name: "a refill that ran out of rounds sends no wake message",
    patches: [
      { file: refill, from: "const MOST_ROUNDS = 20;", to: "const MOST_ROUNDS = 1;" },
      {
        file: refill,
        from: "  await world.messages.wake(laneName, AT_ONCE);\n  return lane;",
        to: "  return lane;",
      },
    ],
  },
  {
    name: "a lease never ends",
    patches: [
      {
        file: jobs,
        from: "claim.leaseUntil > now && claim.leaseUntil <= latest) return",
        to: "claim.leaseUntil > 0) return",
      },
    ],
  },
  {
    name: "a claim that was refused because our own try had won it is left alone",
    patches: [
      {
        file: claims,
        from: `before !== undefined || (job.status === "Claimed" && job.claim.owner === run.owner);`,
        to: "before !== undefined;",
      },
    ],
  },
  {
    name: "a claim with an ARN is not tidied",
    patches: [
      {
        file: claims,
        from: '  await store.lanes.finishClaiming(lane.lane, jobId);\n  return "done";',
        to: '  return "done";',
      },
    ],
  },
  {
    name: "the entry of a claim with an ARN stays",
    patches: [
      {
        file: claims,
        from: "  await store.queue.drop(entry ?? job);\n",
        to: "",
      },
      {
        file: claims,
        from: "  const { job, doubt, oddAnswers } = taken;\n  await store.queue.drop(job);\n",
        to: "  const { job, doubt, oddAnswers } = taken;\n",
      },
    ],
  },
  {
    name: "the slot of an ended claim is kept",
    level: "queue",
    patches: [
      {
        file: claims,
        from: `    await store.lanes.releaseSlot(lane.lane, jobId, "neutral");\n    const stale`,
        to: "    const stale",
      },
    ],
  },
  {
    name: "the entry of an ended claim stays",
    patches: [{ file: claims, from: "    if (stale !== undefined) await store.queue.drop(stale);\n", to: "" }],
  },
  {
    name: "the entry of a claimed job stays",
    patches: [
      {
        file: claims,
        from: "  const { job, doubt, oddAnswers } = taken;\n  await store.queue.drop(job);\n",
        to: "  const { job, doubt, oddAnswers } = taken;\n",
      },
    ],
  },
  {
    name: "no look-up by name before asking again",
    patches: [
      {
        file: claims,
        from: "    if (found !== undefined) return adopt(world, job, found);\n    known",
        to: "    void found;\n    known",
      },
    ],
  },
  {
    name: "a job of our name is adopted whatever it reads",
    patches: [{ file: claimEnds, from: "if (found.inputKey === job.inputKey) return", to: "return" }],
  },
  {
    name: "every call asks under a name of its own",
    patches: [
      {
        file: claims,
        from: "await batch.create(createRequestOf(stage, job))",
        to: 'await batch.create({ ...createRequestOf(stage, job), jobName: [createRequestOf(stage, job).jobName, run.owner].join("-"), clientRequestToken: run.owner })',
      },
    ],
  },
  {
    name: "the ARN is not stored",
    patches: [
      {
        file: claimEnds,
        from: `  await store.jobs.bringForward(job.jobId, { status: "Submitted", arn });\n`,
        to: "  void arn;\n",
      },
    ],
  },
  {
    name: "a stored ARN does not end the claim",
    patches: [
      { file: claimEnds, from: "  await store.lanes.finishClaiming(job.lane, job.jobId);\n", to: "" },
      {
        file: claims,
        from: '  await store.lanes.finishClaiming(lane.lane, jobId);\n  return "done";',
        to: '  return "done";',
      },
    ],
  },
];
