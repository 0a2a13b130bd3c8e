import { jobNameOf } from "../ids.ts";
import type { Job } from "../job/job.ts";
import { hasEnded } from "../job/status.ts";
import type { BedrockJob } from "../ports/batch.ts";
import { AT_ONCE } from "../ports/messages.ts";
import type { World } from "../world.ts";
import { bringForward } from "./bring-forward.ts";
import type { Finished } from "./claim.ts";
import { releaseEnded } from "./release.ts";

/** Takes over a job that Bedrock has under our name. */
export async function adopt(world: World, job: Job, found: BedrockJob): Promise<Finished> {
  if (found.inputKey === job.inputKey && hasEnded(found.status)) return takeEnd(world, job, found);
  if (found.inputKey === job.inputKey) return storeArn(world, job, found.arn);
  const name = jobNameOf(world.stage, job.jobId);
  return failJob(
    world,
    job,
    `Bedrock has a job named ${name} (${found.arn}) that reads another input, so the name is taken. Another table uses this stage's name in this account: deploy this stage under another name and drop the file again.`,
  );
}

/** Takes over a job that has ended meanwhile: the event of its end may be lost, and its slot is free. */
async function takeEnd(world: World, job: Job, found: BedrockJob): Promise<Finished> {
  await bringForward(world, job.jobId, found);
  await world.messages.collect(job.jobId, AT_ONCE);
  return "released";
}

export async function storeArn(world: World, job: Job, arn: string): Promise<Finished> {
  const { store, log } = world;
  // Refused if an event was faster and brought the job further: then its ARN is stored already.
  await store.jobs.bringForward(job.jobId, { status: "Submitted", arn });
  await store.lanes.finishClaiming(job.lane, job.jobId);
  log({ level: "info", event: "jobSubmitted", lane: job.lane, jobId: job.jobId, submissionId: job.submissionId });
  return "done";
}

/**
 * Ends a job that Bedrock will never run, and sees to it that its records are settled.
 *
 * @param owner the run that Bedrock refused the job to, which must still have the claim: where it slept longer than its
 * lease, another may have created the job, and the refusal only says that the name is taken
 */
export async function failJob(world: World, job: Job, message: string, owner?: string): Promise<Finished> {
  const { store, messages, clock, log } = world;
  const now = clock.now();
  const end = { status: "Failed", at: now, message } as const;
  const failed = await store.jobs.bringForward(job.jobId, owner === undefined ? end : { ...end, owner });
  // Refused where another run has the claim, or has stored an ARN: the job is that run's, and keeps its slot.
  const refused = failed === undefined ? await store.jobs.get(job.jobId) : undefined;
  if (refused !== undefined && !hasEnded(refused.status)) return "done";
  await messages.collect(job.jobId, AT_ONCE);
  await releaseEnded(world, failed ?? job, "failure");
  log({ level: "error", event: "jobRefused", lane: job.lane, jobId: job.jobId, message });
  return "released";
}
