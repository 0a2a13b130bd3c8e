import { resultsFolders, SUMMARY_NAME } from "../bucket/keys.ts";
import { AGAIN_METADATA } from "../ids.ts";
import type { Problem } from "../problem.ts";
import { type Summary, summaryIn } from "../results/summary.ts";
import type { Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { takeIn } from "./take-over.ts";

/** The code of a submission whose content is another's. */
export const REPEATED = "Repeated";

/** So many submissions of one content are looked at that ended without running it; then it is run. */
const MOST_EARLIER = 100;

/**
 * The submission that runs the same content under the same key, or ran it, if there is one: copies onto itself, edits
 * of metadata and repeated syncs make S3 tell of an object again whose records are paid for. Otherwise this submission
 * has the content from now on. Called after the submission was put, so that whoever finds it by its claim finds it in
 * the table too; one that is not there any more was kept for as long as the table keeps anything.
 */
export async function earlierRun({ store }: World, submission: Submission, again: string | undefined) {
  const { bucket, key, etag, submissionId } = submission;
  let after = "";
  for (let link = 0; link < MOST_EARLIER; link++) {
    // No user's key begins like this: paths are claimed by the same call.
    const content = `content/${JSON.stringify([etag, again ?? null, after])}/${key}`;
    const owner = await store.submissions.claimPath(bucket, content, submissionId);
    if (owner === submissionId) return undefined;
    const earlier = await store.submissions.get(owner);
    if (earlier !== undefined && hasItsRecords(earlier)) return earlier;
    // It was refused, stopped or forgotten: the next in line is whoever comes first after it.
    after = owner;
  }
  return undefined;
}

/**
 * The summary of another submission of the same content whose results lie in the bucket. Where the table does not tell of
 * it, it does from now on: it was restored to an earlier time, or the content was run by a version that kept no account of contents.
 */
export async function doneInBucket(world: World, submission: Submission): Promise<Summary | undefined> {
  const { objects } = world;
  const { key, etag, submissionId } = submission;
  const { items } = await objects.list(resultsFolders(key, submissionId).plain);
  const summaries = items.filter(({ key: object }) => object.endsWith(`/${SUMMARY_NAME}`));
  for (const { key: object } of summaries.slice(0, MOST_EARLIER)) {
    const folder = object.slice(0, -SUMMARY_NAME.length);
    const found = await summaryIn(objects, folder);
    if (found === undefined || found === "foreign" || found.submissionId === submissionId) continue;
    if (found.status !== "Done" || found.key !== key || found.etag !== etag) continue;
    await takeIn(world, found, folder);
    return found;
  }
  return undefined;
}

function hasItsRecords({ status }: Submission): boolean {
  return status === "Planning" || status === "Open" || status === "Done";
}

/** Refuses a submission whose content is another's. Nothing is written: the other one has every record's line. */
export async function refuseRepeated(
  { store, log }: World,
  submission: Submission,
  earlier: Pick<Submission, "submissionId"> & { status: string },
) {
  const { submissionId, key, lane } = submission;
  const problem: Problem = {
    code: REPEATED,
    message: `This content of ${key} is submission ${earlier.submissionId} (${earlier.status}) already, and was not run again. To run it again on purpose, drop it with the metadata ${AGAIN_METADATA} and a value that is new.`,
  };
  if (!(await store.submissions.refuse(submissionId, problem, { records: 0, results: 0, errors: 0 }))) return;
  log({ level: "info", event: "dropRepeated", submissionId, key, lane, message: problem.message });
}
