import type { Mutant } from "./mutant.ts";

const heedAnswer = "core/src/slots/heed-answer.ts";
const refill = "core/src/slots/refill.ts";
const repair = "core/src/moves/repair.ts";

/** The errors that the search over interleavings found, each put back. */
export const searchErrors: readonly Mutant[] = [
  {
    name: "the sweep releases a claim that is still Pending",
    patches: [
      {
        file: repair,
        from: `    if (job === undefined) await`,
        to: `    if (job === undefined || (job.status === "Pending" && (await world.store.lanes.releaseSlot(lane, jobId, "neutral")))) await`,
      },
    ],
  },
  {
    name: "a lost answer is taken for a refusal",
    patches: [{ file: refill, from: "    if (lane?.holders.has(jobId)) return true;\n", to: "" }],
  },
  {
    name: "a claim whose outcome is unknown goes back to Pending",
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
    name: "the refill stops at a stale head",
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
    name: "after a release the lane and the queue are not read afresh",
    patches: [
      {
        file: refill,
        from: `    const finished = await finishAlone(world, run, lane, jobId);
    if (finished !== "done") return finished === "released" ? "again" : "full";`,
        to: `    const finished = await finishAlone(world, run, lane, jobId);
    if (finished === "blocked") return "full";`,
      },
      {
        file: refill,
        from: `      const finished = await finishAlone(world, run, lane, entry.jobId, entry);
      if (finished !== "done") return finished === "released" ? "again" : "full";`,
        to: `      const finished = await finishAlone(world, run, lane, entry.jobId, entry);
      if (finished === "blocked") return "full";`,
      },
    ],
  },
  {
    name: "new work is served before unfinished claims",
    patches: [
      {
        file: refill,
        from: `  for (const jobId of lane.claiming) {
    const finished = await finishAlone(world, run, lane, jobId);
    if (finished !== "done") return finished === "released" ? "again" : "full";
  }
  if (!hasRoom(lane)) return "full";
`,
        to: `  if (!hasRoom(lane)) {
    for (const jobId of lane.claiming) {
      const finished = await finishAlone(world, run, lane, jobId);
      if (finished !== "done") return finished === "released" ? "again" : "full";
    }
    return "full";
  }
`,
      },
    ],
  },
];
