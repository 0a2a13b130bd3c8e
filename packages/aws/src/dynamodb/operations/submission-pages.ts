import { isUnfinished, type Submissions } from "@sluice/core";
import { createConversions } from "electrodb";
import type { SubmissionEntity } from "../entities/submission.ts";
import { type SubmissionRow, submissionOfRow } from "../rows/submission-row.ts";
import { foundBy, pageByIndex } from "./pages.ts";

/** The pages over many submissions. */
export function submissionPageOperations(submissions: SubmissionEntity): Pick<Submissions, "newest" | "unfinished"> {
  const { fromKeys } = createConversions(submissions).byAccessPattern.primary;
  const idOf = (keys: Record<string, string>) => fromKeys.toComposite<{ submissionId: string }>(keys).submissionId;

  async function reread(ids: string[]) {
    const keys = ids.map((submissionId) => ({ submissionId }));
    const { data, unprocessed } = await submissions.get(keys).go({ consistent: true });
    const rows = data.map((row): [string, SubmissionRow] => [row.submissionId, row]);
    return { rows, left: unprocessed.map(({ submissionId }) => submissionId) };
  }

  return {
    async newest(limit, cursor) {
      const query = submissions.query.all({});
      const older = cursor === undefined ? query : query.lt({ submissionId: cursor });
      const keys = await older.go({ limit, order: "desc", data: "includeKeys" });
      return pageByIndex(foundBy(keys, idOf), reread, submissionOfRow);
    },

    async unfinished(limit, cursor) {
      const query = submissions.query.waiting({ unfinished: true });
      const newer = cursor === undefined ? query : query.gt({ submissionId: cursor });
      const keys = await newer.go({ limit, data: "includeKeys" });
      return pageByIndex(foundBy(keys, idOf), reread, (row) => (isUnfinished(row) ? submissionOfRow(row) : undefined));
    },
  };
}
