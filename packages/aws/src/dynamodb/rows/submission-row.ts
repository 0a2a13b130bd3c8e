import { isUnfinished, type Submission, type SubmissionFacts, type SubmissionStatus } from "@sluice/core";
import type { EntityItem } from "electrodb";
import type { SubmissionEntity } from "../entities/submission.ts";
import { RowReader } from "./row.ts";

export type SubmissionRow = EntityItem<SubmissionEntity>;

const factNames = [
  ...(["submissionId", "bucket", "key", "etag", "lastModified", "sizeBytes", "seenAt", "lane"] as const),
  ...(["modelId", "invocation", "priority"] as const),
] as const;

/** What must be there in each status, and what must not be. */
const shapes: Record<SubmissionStatus, { need: readonly Extra[]; never: readonly Extra[] }> = {
  Planning: { need: [], never: ["problem"] },
  Refused: { need: ["problem"], never: ["plan", "openJobs"] },
  Open: { need: ["plan"], never: ["problem"] },
  // One whose results were in the bucket already needs no plan.
  Done: { need: [], never: ["problem", "openJobs"] },
  Stopped: { need: [], never: [] },
};
type Extra = "plan" | "openJobs" | "problem";

/** Reads a row as the submission that it is. Throws `ItemUnreadable` for one that does not fit its status. */
export function submissionOfRow(row: SubmissionRow): Submission {
  const reader = new RowReader("submission", row.submissionId, row);
  const { route, timeoutHours, plan, problem, openJobs, status, folder } = row;
  const facts: SubmissionFacts = {
    ...reader.needAll(factNames),
    ...(route !== undefined && { route }),
    ...(timeoutHours !== undefined && { timeoutHours }),
  };
  const shape = Object.hasOwn(shapes, status) ? shapes[status] : reader.refuse(`its status ${status} is unknown`);
  reader.needAll(shape.need);
  reader.refuseAny(shape.never, `it is ${status}`);
  if (row.unfinished !== isUnfinished(row)) reader.refuse(`it is ${status} with unsettled ${row.unfinished}`);
  return {
    ...facts,
    status,
    openJobs: new Set(openJobs),
    counts: reader.needAll(["records", "results", "errors"]),
    ...(plan !== undefined && { plan: { run: plan.run, slices: plan.parts } }),
    ...(problem !== undefined && { problem }),
    ...(folder !== undefined && { folder }),
  };
}
