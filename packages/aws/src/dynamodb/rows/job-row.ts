import {
  type Claim,
  type EndedJob,
  hasEnded,
  type Job,
  type JobFacts,
  jobStatuses,
  type Outcome,
  rankOf,
} from "@sluice/core";
import type { EntityItem } from "electrodb";
import type { JobEntity } from "../entities/job.ts";
import { RowReader } from "./row.ts";

export type JobRow = EntityItem<JobEntity>;

const factNames = [
  ...(["jobId", "submissionId", "slice", "lane", "modelId", "invocation", "inputKey", "inputBytes"] as const),
  ...(["recordCount", "outputPrefix", "rank", "enqueuedAt"] as const),
] as const;

/** The attributes that only a Claimed job has. */
export const claimNames = [
  ...(["owner", "leaseUntil", "calls", "claimedAt", "doubtSince", "absentSince", "oddAnswers"] as const),
];
const endNames = ["endedAt", "message", "done", "outcome"] as const;

/** Reads a row as the job that it is. Throws `ItemUnreadable` for one that fits no status. */
export function jobOfRow(row: JobRow): Job {
  const reader = new RowReader("job", row.jobId, row);
  const { timeoutHours, inputEtag, fillers, status } = row;
  const facts: JobFacts = {
    ...reader.needAll(factNames),
    ...(timeoutHours !== undefined && { timeoutHours }),
    ...(inputEtag !== undefined && { inputEtag }),
    ...(fillers !== undefined && { fillers }),
  };
  if (!jobStatuses.includes(status)) reader.refuse(`its status ${status} is unknown`);
  if (row.statusRank !== rankOf(status)) reader.refuse(`it is ${status} with the rank ${row.statusRank}`);
  const waitsForCollect = hasEnded(status) && row.done === false;
  if (row.uncollected !== waitsForCollect) reader.refuse(`it is ${status} with uncollected ${row.uncollected}`);

  if (status !== "Claimed") reader.refuseAny(claimNames, `it is ${status}`);
  if (hasEnded(status)) return endOf(row, reader, facts, status);
  reader.refuseAny(endNames, `it is ${status}`);
  if (status !== "Pending" && status !== "Claimed") return { ...facts, status, arn: reader.need("arn") };
  reader.refuseAny(["arn"], `it is ${status}`);
  return status === "Pending" ? { ...facts, status } : { ...facts, status, claim: claimOf(row, reader) };
}

function claimOf({ doubtSince, absentSince }: JobRow, reader: RowReader<JobRow>): Claim {
  const claim = reader.needAll(["owner", "leaseUntil", "calls", "claimedAt", "oddAnswers"]);
  return {
    ...claim,
    ...(doubtSince !== undefined && { doubtSince }),
    ...(absentSince !== undefined && { absentSince }),
  };
}

function endOf(row: JobRow, reader: RowReader<JobRow>, facts: JobFacts, status: EndedJob["status"]): EndedJob {
  const { arn, message, outcome } = row;
  return {
    ...facts,
    status,
    endedAt: reader.need("endedAt"),
    done: reader.need("done"),
    ...(arn !== undefined && { arn }),
    ...(message !== undefined && { message }),
    // ElectroDB types absent numbers of a map as undefined; the table has no such thing as an undefined number.
    ...(outcome !== undefined && { outcome: outcome as Outcome }),
  };
}
