import { rebuiltKey } from "../bucket/keys.ts";
import { InputLost, ObjectChanged, ObjectMissing } from "../errors.ts";
import { jobIdOf } from "../ids.ts";
import { readPrepared } from "../intake/prepared.ts";
import { rebuildSlice } from "../intake/rebuild.ts";
import type { Rules } from "../intake/scan.ts";
import type { EndedJob } from "../job/job.ts";
import { writeInputOfOutput } from "../settling/input-of-output.ts";
import type { Input } from "../settling/prepared-input.ts";
import { type Settled, settleOutput } from "../settling/settle.ts";
import type { Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";

/** By what the records of a lane that is no longer in the settings are checked. */
const NO_LIMITS: Rules["lane"] = {
  maxRecords: Number.MAX_SAFE_INTEGER,
  minRecords: 1,
  maxBytes: Number.MAX_SAFE_INTEGER,
};

/** The rules by which the drop of a submission is read again. However few records it has, it was planned. */
export function rulesOf({ settings }: World, { lane }: Submission): Rules["lane"] {
  return { ...(settings.lanes[lane] ?? NO_LIMITS), minRecords: 1 };
}

/**
 * Settles the records of an ended job. Where its prepared input is lost they come from the dropped file, if that still is
 * the object that was planned, and otherwise from what Bedrock wrote of them.
 *
 * @param takesWhatIsThere once no more output is waited for
 * @throws OutputIncomplete while more output is waited for; ObjectMissing if another collect was through meanwhile, and
 * took the prepared input away
 */
export async function settleLoad(
  world: World,
  submission: Submission,
  job: EndedJob,
  takesWhatIsThere: boolean,
): Promise<Settled> {
  const { objects, store, log } = world;
  const { jobId, submissionId, lane } = job;
  let settled: Settled;
  try {
    settled = await settleOutput(objects, job, { takesWhatIsThere });
  } catch (error) {
    if (!(error instanceof InputLost)) throw error;
    const now = await store.submissions.get(submissionId);
    if (!now?.openJobs.has(jobId)) throw new ObjectMissing(job.inputKey);
    log({ level: "error", event: "inputLost", lane, jobId, submissionId, message: error.message });
    settled = await settleOutput(objects, job, { takesWhatIsThere, input: await standIn(world, submission, job) });
  }
  if (settled.incomplete !== undefined) {
    const message = `Job ${jobId} is settled on what there is of its output: ${settled.incomplete}.`;
    log({ level: "error", event: "outputGivenUp", lane, jobId, submissionId, message });
  }
  return settled;
}

/** What stands for a prepared input that is lost. */
async function standIn(world: World, submission: Submission, job: EndedJob): Promise<Input> {
  const { objects } = world;
  const key = rebuiltKey(job.submissionId, job.slice);
  const isOfOutput = !(await isRebuilt(world, submission, job, key));
  if (isOfOutput) await writeInputOfOutput(objects, job, key);
  const head = await objects.head(key);
  if (head === undefined) throw new ObjectMissing(key);
  return { key, etag: head.etag, isOfOutput };
}

async function isRebuilt(world: World, submission: Submission, job: EndedJob, key: string): Promise<boolean> {
  const sizes = await sliceSizes(world, submission);
  const before = sum(sizes.slice(0, job.slice));
  const place = { before, records: job.recordCount, ofDrop: sum(sizes) };
  try {
    return await rebuildSlice(world.objects, submission, rulesOf(world, submission), place, key);
  } catch (error) {
    const isGone = (error instanceof ObjectMissing || error instanceof ObjectChanged) && error.key === submission.key;
    if (isGone) return false;
    throw error;
  }
}

/**
 * How many records each slice has: its job knows, even where plan.json is gone with the rest; and plan.json, where not
 * every job is put yet.
 */
async function sliceSizes({ store, objects }: World, submission: Submission): Promise<number[]> {
  const { submissionId, lastModified, plan } = submission;
  const sizes: number[] = [];
  if (plan === undefined) return sizes;
  for (let slice = 0; slice < plan.slices; slice++) {
    const job = await store.jobs.get(jobIdOf(submissionId, lastModified, slice));
    if (job === undefined)
      return (await readPrepared(objects, submissionId, plan.run)).slices.map(({ records }) => records);
    sizes.push(job.recordCount);
  }
  return sizes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
