import { resultsFolders } from "../bucket/keys.ts";
import { jobIdOf, submissionIdOf } from "../ids.ts";
import { hasEnded } from "../job/status.ts";
import { AT_ONCE } from "../ports/messages.ts";
import { findPlace, type Place } from "../results/folder.ts";
import type { Summary } from "../results/summary.ts";
import { homeOf, makeLane, NO_LANE } from "../slots/home.ts";
import type { Submission, SubmissionFacts, TakenOver } from "../submission/submission.ts";
import type { World } from "../world.ts";

/**
 * Ends a submission whose results are in the bucket already; as it is then, or undefined if they are not there. The
 * table knows less than the bucket where an earlier state of it was brought back: what was finished since must not run
 * again, and nothing may be written over its results.
 */
export async function takeOver(world: World, submission: Submission): Promise<Submission | undefined> {
  return takeOverAt(world, submission, await findPlace(world.objects, submission, false));
}

/** As `takeOver`, where it is known where the results lie. */
export async function takeOverAt(world: World, submission: Submission, place: Place): Promise<Submission | undefined> {
  const { store, log } = world;
  const { submissionId, key, lane } = submission;
  const end = endOf(submission, place);
  if (end === undefined) return undefined;
  if (submission.status === "Planning") await queueLeft(world, submission);
  const taken = await store.submissions.takeOver(submissionId, end);
  // Another run has ended it meanwhile.
  if (taken === undefined) return store.submissions.get(submissionId);
  const message = `The results of ${submissionId} lie in ${end.folder} already, and are left as they are.`;
  log({ level: "info", event: "resultsFound", submissionId, key, lane, status: taken.status, message });
  return taken;
}

/** Queues what an interrupted plan had put without its entry. Bedrock has these jobs, and their turn shows it. */
async function queueLeft(world: World, submission: Submission): Promise<void> {
  const { store, messages } = world;
  const { submissionId, lastModified, plan } = submission;
  if (plan === undefined) return;
  const home = homeOf(world, submission);
  await makeLane(world, home);
  for (let slice = 0; slice < plan.slices; slice++) {
    const job = await store.jobs.get(jobIdOf(submissionId, lastModified, slice));
    if (job === undefined || hasEnded(job.status)) continue;
    const { rank, jobId, modelId } = job;
    await store.queue.put({ lane: home, rank, jobId, modelId });
  }
  if (home !== NO_LANE) await messages.wake(home, AT_ONCE);
}

function endOf({ plan }: Submission, { folder, summary }: Place): TakenOver | undefined {
  if (summary === undefined) return undefined;
  const { counts } = summary;
  if (summary.status !== "Refused") return { status: "Done", folder, counts };
  // A run that refused it lost to one that planned it: its summary is to be written over.
  return plan === undefined ? { status: "Refused", folder, counts, problem: summary.problem } : undefined;
}

/**
 * Writes into the table what a summary tells of: a submission that has ended, and where its results lie. False if the
 * summary is none of ours, or tells nothing new.
 */
export async function takeIn(world: World, summary: Summary, folder: string): Promise<boolean> {
  const { store, objects, settings } = world;
  const { submissionId, key, etag, model, lane, route } = summary;
  const { bucket } = objects;
  const lastModified = Date.parse(summary.lastModified);
  const { plain, own } = resultsFolders(key, submissionId);
  // Whoever writes one by hand can write what he likes: its own ids tell which is ours.
  if (submissionIdOf(bucket, { key, etag, lastModified }) !== submissionId || ![plain, ...own].includes(folder))
    return false;
  const facts: SubmissionFacts = {
    ...{ submissionId, bucket, key, etag, lastModified, sizeBytes: 0, seenAt: lastModified },
    ...(route !== undefined && { route }),
    ...{ lane, modelId: model, invocation: settings.default.invocation, priority: 0 },
  };
  const before = await store.submissions.put(facts);
  if (before.status !== "Planning" && before.status !== "Open") return false;
  return (await takeOverAt(world, before, { folder, summary })) !== undefined;
}
