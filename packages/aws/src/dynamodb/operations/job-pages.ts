import { type EndedJob, isEnded, type Jobs } from "@sluice/core";
import { createConversions } from "electrodb";
import type { JobEntity } from "../entities/job.ts";
import { type JobRow, jobOfRow } from "../rows/job-row.ts";
import { foundBy, pageByIndex } from "./pages.ts";

function uncollectedOf(row: JobRow): EndedJob | undefined {
  const job = jobOfRow(row);
  return isEnded(job) && !job.done ? job : undefined;
}

/** The pages over many jobs. */
export function jobPageOperations(jobs: JobEntity): Pick<Jobs, "ofSubmission" | "uncollected"> {
  const { fromKeys } = createConversions(jobs).byAccessPattern.primary;
  const idOf = (keys: Record<string, string>) => fromKeys.toComposite<{ jobId: string }>(keys).jobId;

  async function reread(ids: string[]) {
    const { data, unprocessed } = await jobs.get(ids.map((jobId) => ({ jobId }))).go({ consistent: true });
    const rows = data.map((row): [string, JobRow] => [row.jobId, row]);
    return { rows, left: unprocessed.map(({ jobId }) => jobId) };
  }

  return {
    async ofSubmission(submissionId, limit, cursor) {
      const query = jobs.query.ofSubmission({ submissionId });
      const keys = await (cursor === undefined ? query : query.gt({ jobId: cursor })).go({
        limit,
        data: "includeKeys",
      });
      return pageByIndex(foundBy(keys, idOf), reread, jobOfRow);
    },

    async uncollected(limit, cursor) {
      const query = jobs.query.waiting({ uncollected: true });
      const keys = await (cursor === undefined ? query : query.gt({ jobId: cursor })).go({
        limit,
        data: "includeKeys",
      });
      return pageByIndex(foundBy(keys, idOf), reread, uncollectedOf);
    },
  };
}
