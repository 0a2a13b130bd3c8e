import { rebuiltErrorsKey } from "../bucket/keys.ts";
import { ObjectChanged, ObjectMissing } from "../errors.ts";
import { readWarnings, runKeys } from "../intake/prepared.ts";
import { rebuildErrors } from "../intake/rebuild.ts";
import type { EndedJob } from "../job/job.ts";
import { LineWriter } from "../objects/line-writer.ts";
import type { Planned } from "../results/finalise.ts";
import type { CommittedPlan, Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { rulesOf } from "./settle.ts";

/**
 * What the plan of a submission left for its end: the object of the errors that it found, and its warnings. Errors that
 * were deleted are written again out of the dropped file, and where that is no longer there, with a line for each that
 * says so; of warnings that were deleted none is left.
 *
 * @param jobs every job of the submission, each with its outcome
 * @throws ObjectMissing if another collect finished the submission meanwhile
 */
export async function plannedOf(
  world: World,
  submission: Submission,
  { run }: CommittedPlan,
  jobs: readonly EndedJob[],
): Promise<Planned> {
  const { submissionId } = submission;
  const warnings = await readWarnings(world.objects, submissionId, run);
  if (warnings === undefined) await checkOpen(world, submissionId, runKeys(submissionId, run).plan);
  const errorsKey = await plannedErrors(world, submission, run, jobs);
  return { ...(warnings?.length && { warnings }), ...(errorsKey !== undefined && { errorsKey }) };
}

/** The object of the errors that the plan found; undefined if it found none. */
async function plannedErrors(
  world: World,
  submission: Submission,
  run: string,
  jobs: readonly EndedJob[],
): Promise<string | undefined> {
  const { objects, log } = world;
  const { submissionId, lane, counts } = submission;
  const errors = jobs.reduce((left, { outcome }) => left - (outcome?.errors ?? 0), counts.errors);
  if (errors <= 0) return undefined;
  const key = runKeys(submissionId, run).errors;
  if ((await objects.head(key)) !== undefined) return key;
  await checkOpen(world, submissionId, key);
  const message = `${key} is not in the bucket: the errors that the plan found are looked for in the dropped file.`;
  log({ level: "error", event: "inputLost", lane, submissionId, message });
  const rebuilt = rebuiltErrorsKey(submissionId);
  if (!(await isRebuilt(world, submission, errors, rebuilt))) await writeLost(world, submission, errors, rebuilt);
  return rebuilt;
}

/** Throws ObjectMissing for what another collect took away, because it was through meanwhile. */
async function checkOpen({ store }: World, submissionId: string, key: string): Promise<void> {
  if ((await store.submissions.get(submissionId))?.status === "Done") throw new ObjectMissing(key);
}

async function isRebuilt(world: World, submission: Submission, errors: number, key: string): Promise<boolean> {
  try {
    return await rebuildErrors(world.objects, submission, rulesOf(world, submission), errors, key);
  } catch (error) {
    const isGone = (error instanceof ObjectMissing || error instanceof ObjectChanged) && error.key === submission.key;
    if (isGone) return false;
    throw error;
  }
}

async function writeLost({ objects }: World, { key: drop }: Submission, errors: number, key: string): Promise<void> {
  const message =
    `The plan found ${errors} broken lines in ${drop} and this is one of them; which one is not known any more, because ` +
    "what it had noted was deleted and the file is no longer the one that was planned. Look at your own copy.";
  const line = new TextEncoder().encode(JSON.stringify({ error: { code: "RecordLost", message, source: "input" } }));
  const lines = new LineWriter(objects, key);
  try {
    for (let at = 0; at < errors; at++) await lines.add(line);
    await lines.close();
  } catch (error) {
    await lines.abort();
    throw error;
  }
}
