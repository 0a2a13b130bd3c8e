import { aWorld, type MemoryWorld, queueJobs, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { jobNameOf } from "../ids.ts";
import type { PendingJob } from "../job/job.ts";
import type { BedrockStatus } from "../job/status.ts";
import type { Sighting } from "../slots/bring-forward.ts";
import { refill } from "../slots/refill.ts";
import { advance } from "./advance.ts";
import { collectEvent } from "./collect.ts";
import { sweep } from "./sweep.ts";

const LANE = "claude";
const HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";
const paused = settings({ lanes: { claude: { models: [HAIKU], limit: 0 } }, routes: {} });

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld();
});

/** Somebody else's job that bears the name of ours; the event of a status of it. */
async function foreignJob(job: PendingJob, status: BedrockStatus): Promise<Sighting> {
  const { modelId, invocation } = job;
  const elsewhere = { inputKey: "elsewhere/in.jsonl", outputPrefix: "elsewhere/out/" };
  const jobName = jobNameOf("test", job.jobId);
  const made = await world.batch.create({ jobName, clientRequestToken: "other", modelId, invocation, ...elsewhere });
  return world.batch.move((made as { arn: string }).arn, status);
}

const jobNow = ({ jobId }: PendingJob) => world.store.jobs.get(jobId);
const told = () => world.entries.find(({ event }) => event === "foreignJob");

describe("a foreign job that bears our job's name", () => {
  test.each(["Validating", "Completed"] as const)("moves no Pending job by its event: %s", async (status) => {
    world.settings = paused;
    const [job] = await queueJobs(world, 1);
    const event = await foreignJob(job!, status);
    await advance(world, event);
    await collectEvent(world, event);
    expect(await jobNow(job!)).toEqual(job);
    expect(told()).toMatchObject({ level: "warn", jobId: job!.jobId });
    expect(told()?.message).toContain(event.arn);
    expect(told()?.message).toContain("reads another input");
  });

  test("ends no job of ours that runs under its own ARN, nor gives its slot away", async () => {
    const [job] = await queueJobs(world, 1);
    await refill(world, LANE);
    const { jobName, modelId, arn } = world.batch.jobs[0]!;
    const event = { jobName, modelId, arn: `${arn}0`, status: "Completed" } as const;
    await advance(world, event);
    await collectEvent(world, event);
    expect(await jobNow(job!)).toMatchObject({ status: "Submitted", arn });
    expect((await world.store.lanes.get(LANE))?.holders).toEqual(new Set([job!.jobId]));
    expect(told()?.message).toContain(`ours is ${arn}`);
  });

  test("is not taken for ours in a listing", async () => {
    const [job] = await queueJobs(world, 1);
    await refill(world, LANE);
    const ours = world.batch.jobs[0]!;
    world.batch.list = async () => ({ items: [{ ...ours, arn: `${ours.arn}0`, status: "Completed" }] });
    await sweep(world);
    expect(await jobNow(job!)).toMatchObject({ status: "Submitted", arn: ours.arn });
    expect((await world.store.lanes.get(LANE))?.holders).toEqual(new Set([job!.jobId]));
  });

  test("ends ours with words once it is asked for, for the name is taken", async () => {
    world.settings = paused;
    const [job] = await queueJobs(world, 1);
    await foreignJob(job!, "InProgress");
    world.settings = settings();
    await refill(world, LANE);
    expect(await jobNow(job!)).toMatchObject({
      status: "Failed",
      message: expect.stringContaining("reads another input"),
    });
  });
});

test("a job of ours whose event comes before its ARN is known is taken over, for it reads our input", async () => {
  const [job] = await queueJobs(world, 1);
  world.batch.faults.push("lost");
  world.batch.listingLag = 1;
  await refill(world, LANE);
  await advance(world, world.batch.move(world.batch.jobs[0]!.arn, "InProgress"));
  expect(await jobNow(job!)).toMatchObject({ status: "InProgress", arn: world.batch.jobs[0]!.arn });
});
