import { jobNameOf } from "../ids.ts";
import type { BlockKind, Lane } from "../lane/lane.ts";
import { modelName } from "../model/model-name.ts";
import type { CreateAnswer } from "../ports/batch.ts";
import { blockFor } from "../rules/back-off.ts";
import type { World } from "../world.ts";
import type { Finished, Run, Taken } from "./claim.ts";
import { adopt, failJob, storeArn } from "./claim-ends.ts";
import { putBack, waitForProof } from "./hold-back.ts";

export async function heedAnswer(
  world: World,
  run: Run,
  lane: Lane,
  taken: Taken,
  answer: CreateAnswer,
): Promise<Finished> {
  const { store, batch, messages, stage, clock, log } = world;
  const { job } = taken;
  switch (answer.kind) {
    case "created":
      if (lane.block !== undefined) await store.lanes.liftBlock(lane.lane, ["quota", "throttled", "denied"]);
      if (lane.modelBlocks.has(modelName(job.modelId)))
        await store.lanes.liftModelBlock(lane.lane, modelName(job.modelId));
      return storeArn(world, job, answer.arn);
    case "quotaExceeded":
      return block(world, run, lane, taken, "quota", answer.message);
    case "throttled":
      return block(world, run, lane, taken, "throttled", answer.message);
    case "denied":
      return blockModel(world, run, lane, taken, answer.message);
    case "invalid":
      return refused(world, run, taken, answer.message);
    case "conflict": {
      const { job: found } = await batch.findByName(jobNameOf(stage, job.jobId));
      if (found !== undefined) return adopt(world, job, found);
      break;
    }
    case "odd":
      await store.jobs.yieldClaim(job.jobId, run.owner, {
        leaseUntil: taken.leaseUntil,
        doubtSince: clock.now(),
        odd: true,
      });
      break;
    case "unknown":
      break;
  }
  const { message } = answer;
  log({ level: "warn", event: "createUnknown", lane: lane.lane, jobId: job.jobId, status: answer.kind, message });
  await messages.wake(lane.lane, taken.leaseUntil);
  return "done";
}

/**
 * Bedrock takes the request for invalid. That may only say that the name is taken: by the job of an earlier call, or by
 * one that this table has forgotten because an earlier state of it was restored. So nothing fails that is not looked for.
 */
async function refused(world: World, run: Run, taken: Taken, message: string): Promise<Finished> {
  const { job, doubt } = taken;
  if (doubt.doubtSince === undefined) {
    const { job: found } = await world.batch.findByName(jobNameOf(world.stage, job.jobId));
    if (found !== undefined) return adopt(world, job, found);
  }
  return endOrWait(world, run, taken, message);
}

/** Ends a job that Bedrock does not take, once it is proven that no earlier call created it. */
export function endOrWait(world: World, run: Run, taken: Taken, message: string): Promise<Finished> {
  return taken.proofInMs > 0 ? waitForProof(world, run, taken) : failJob(world, taken.job, message, run.owner);
}

/** Bedrock takes nothing for now: the job keeps its slot and its place, and the lane waits. */
async function block(
  world: World,
  run: Run,
  lane: Lane,
  taken: Taken,
  kind: BlockKind,
  reason: string,
): Promise<Finished> {
  const { store, messages, clock, timings, log } = world;
  const { job, doubt } = taken;
  const block = blockFor(lane.block, kind, reason, clock.now(), timings);
  // The message first: a crash between the two then wakes the lane once for nothing, instead of never.
  await messages.wake(lane.lane, block.until);
  await store.lanes.block(lane.lane, block);
  await store.jobs.yieldClaim(job.jobId, run.owner, { leaseUntil: clock.now(), ...doubt, odd: false });
  log({ level: "warn", event: "laneBlocked", lane: lane.lane, jobId: job.jobId, status: kind, message: reason });
  return "blocked";
}

/** The account or the model is to be mended: jobs of this model wait without slots, and those of others go on. */
async function blockModel(world: World, run: Run, lane: Lane, taken: Taken, reason: string): Promise<Finished> {
  const { store, messages, clock, timings, log } = world;
  const { jobId, modelId } = taken.job;
  const model = modelName(modelId);
  const block = blockFor(lane.modelBlocks.get(model), "denied", reason, clock.now(), timings);
  await messages.wake(lane.lane, block.until);
  await store.lanes.blockModel(lane.lane, model, block);
  log({ level: "warn", event: "laneBlocked", lane: lane.lane, jobId, status: "denied", message: reason });
  await putBack(world, run, lane, taken);
  return "released";
}
