import type { Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";

/** Opens a planned submission, and tells of it: once, whoever comes first, of two plans or of a collect that was faster. */
export async function open(
  { store, log }: World,
  { submissionId, lane, key, plan, counts }: Submission,
): Promise<void> {
  if (!(await store.submissions.open(submissionId))) return;
  log({ level: "info", event: "planned", submissionId, lane, key, count: plan?.slices ?? 0, ...counts });
}
