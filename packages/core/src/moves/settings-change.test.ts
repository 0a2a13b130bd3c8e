import { aWorld, type MemoryWorld, queueJobs, settings } from "@sluice/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { jobIdOfName } from "../ids.ts";
import type { PendingJob } from "../job/job.ts";
import { refill } from "../slots/refill.ts";
import { advance } from "./advance.ts";
import { plan } from "./plan.ts";
import { sweep } from "./sweep.ts";
import { wake } from "./wake.ts";

const HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";
const NOVA = "amazon.nova-lite-v1:0";
const LLAMA = "meta.llama3-3-70b-instruct-v1:0";
type Lanes = Record<string, { models: string[]; limit: number }>;

let world: MemoryWorld;
beforeEach(() => {
  world = aWorld({ settings: stage({ claude: { models: [HAIKU], limit: 3 } }) });
});

function stage(lanes: Lanes) {
  const [first] = Object.values(lanes);
  return settings({ lanes, routes: {}, default: { model: first!.models[0]! } });
}

/** A deploy: other settings, of a newer version. */
function deploy(lanes: Lanes) {
  world.settings = stage(lanes);
  world.settingsVersion = (world.settingsVersion ?? 0) + 1;
}

async function deliver() {
  for (let n = 0; n < 500; n++) {
    const message = world.messages.take(world.clock.now());
    if (message === undefined) return;
    if (message.kind === "wake") await wake(world, message.lane, message.at);
  }
  throw new Error("The messages never end.");
}

/** Ends every job that runs, again and again; the most that ran at once. */
async function runAll(): Promise<number> {
  let most = 0;
  for (let n = 0; n < 100 && world.batch.running.length > 0; n++) {
    most = Math.max(most, world.batch.running.length);
    await advance(world, world.batch.move(world.batch.running[0]!.arn, "Completed"));
    await deliver();
  }
  return most;
}

const statuses = (jobs: readonly PendingJob[]) =>
  Promise.all(jobs.map(async ({ jobId }) => (await world.store.jobs.get(jobId))?.status));
const lane = (name: string) => world.store.lanes.get(name);
const told = (event: string) => world.entries.filter((entry) => entry.event === event);

describe("a lane that is renamed", () => {
  test.each(["a refill", "a sweep"])("is the same quota, seen first by %s: never more jobs at once", async (first) => {
    const jobs = await queueJobs(world, 9);
    await refill(world, "claude");
    deploy({ haiku: { models: [HAIKU], limit: 3 } });
    await (first === "a sweep" ? sweep(world) : refill(world, "haiku"));
    expect(world.batch.running).toHaveLength(3);
    expect((await lane("claude"))?.holders.size).toBe(0);
    expect((await lane("haiku"))?.holders.size).toBe(3);
    await sweep(world);
    await deliver();
    expect(await runAll()).toBe(3);
    expect(await statuses(jobs)).toEqual(jobs.map(() => "Completed"));
    expect(await lane("haiku")).toMatchObject({ holders: new Set(), claiming: new Set() });
  });

  test("keeps the slot of a job whose move died after its first step, though the lane of before meets its claim", async () => {
    const { finishClaiming } = world.store.lanes;
    world.store.lanes.finishClaiming = async () => {};
    const [job] = await queueJobs(world, 1);
    await refill(world, "claude");
    world.store.lanes.finishClaiming = finishClaiming;
    deploy({ haiku: { models: [HAIKU], limit: 3 } });
    await world.store.jobs.moveTo(job!.jobId, "haiku");
    await refill(world, "claude");
    expect((await lane("claude"))?.holders.size).toBe(0);
    expect((await lane("haiku"))?.holders).toEqual(new Set([job!.jobId]));
  });

  test("keeps its slots together also where the sweep that moved them heard nothing of its first step", async () => {
    await queueJobs(world, 3);
    await refill(world, "claude");
    deploy({ haiku: { models: [HAIKU], limit: 3 } });
    const { moveTo } = world.store.jobs;
    world.store.jobs.moveTo = async (jobId, name) => {
      world.store.jobs.moveTo = moveTo;
      await moveTo(jobId, name);
      throw new Error("The answer was lost.");
    };
    await sweep(world);
    expect((await lane("claude"))?.holders.size).toBe(0);
    expect((await lane("haiku"))?.holders.size).toBe(3);
  });
});

test("what was queued for a lane that left the settings before it was in the table runs in the one that has its model", async () => {
  const line = (n: number) =>
    JSON.stringify({
      recordId: `r${n}`,
      modelInput: {
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 9,
        messages: [{ role: "user", content: "Hi" }],
      },
    });
  await sweep(world);
  deploy({ haiku: { models: [HAIKU], limit: 3 } });
  const { open } = world.store.submissions;
  world.store.submissions.open = async () => {
    throw new Error("The instance died here.");
  };
  world.objects.put("to-process/a.jsonl", Array.from({ length: 100 }, (_, n) => `${line(n)}\n`).join(""));
  await expect(plan(world, "to-process/a.jsonl")).rejects.toThrow("died");
  world.store.submissions.open = open;
  deploy({ claude: { models: [HAIKU], limit: 3 } });
  await sweep(world);
  await deliver();
  await sweep(world);
  await deliver();
  expect(world.batch.running).toHaveLength(1);
});

describe("a claim whose outcome is unknown", () => {
  test.each([
    ["is renamed", { haiku: { models: [HAIKU], limit: 3 } }],
    [
      "gives its model to another",
      { claude: { models: [LLAMA], limit: 3 }, nova: { models: [NOVA, HAIKU], limit: 2 } },
    ],
  ])("is finished when its lease is over, though its lane %s meanwhile", async (_, lanes: Lanes) => {
    const jobs = await queueJobs(world, 1);
    const create = world.batch.create.bind(world.batch);
    world.batch.create = async () => ({ kind: "unknown", message: "It timed out." });
    await refill(world, "claude");
    world.batch.create = create;
    deploy(lanes);
    await refill(world, Object.keys(lanes).at(-1)!);
    expect(await statuses(jobs)).toEqual(["Claimed"]);
    world.clock.pass(world.timings.leaseMs + 1);
    await deliver();
    expect(await statuses(jobs)).toEqual(["Submitted"]);
  });

  test("is finished although the message was sent by one who knew only the lane of before", async () => {
    const jobs = await queueJobs(world, 1);
    const create = world.batch.create.bind(world.batch);
    world.batch.create = async () => ({ kind: "unknown", message: "It timed out." });
    await refill(world, "claude");
    world.batch.create = create;
    deploy({ haiku: { models: [HAIKU], limit: 3 } });
    await refill(world, "haiku");
    world.clock.pass(world.timings.leaseMs + 1);
    // Of all messages only this one arrives.
    while (world.messages.take(world.clock.now()) !== undefined);
    await wake(world, "claude", world.clock.now());
    await deliver();
    expect(await statuses(jobs)).toEqual(["Submitted"]);
  });
});

describe("a model that moves to another lane", () => {
  test("takes its waiting jobs with it, and the slots that it holds count there", async () => {
    const jobs = await queueJobs(world, 6);
    await refill(world, "claude");
    deploy({ claude: { models: [LLAMA], limit: 3 }, nova: { models: [NOVA, HAIKU], limit: 2 } });
    await sweep(world);
    await deliver();
    expect(world.batch.running).toHaveLength(3);
    expect((await lane("nova"))?.holders.size).toBe(3);
    await advance(world, world.batch.move(world.batch.running[0]!.arn, "Completed"));
    expect(world.batch.running, "its new limit is 2").toHaveLength(2);
    expect(await runAll()).toBe(2);
    expect(await statuses(jobs)).toEqual(jobs.map(() => "Completed"));
  });
});

describe("the end of a job whose slot is in another lane than its own", () => {
  test("frees it where a move was interrupted, and the next job has it", async () => {
    await queueJobs(world, 4);
    deploy({ claude: { models: [HAIKU], limit: 3 }, nova: { models: [NOVA], limit: 3 } });
    await refill(world, "claude");
    // The lane is listed just now, so that nothing but the event can find out.
    await sweep(world);
    const [job] = world.batch.running;
    await world.store.jobs.moveTo(jobIdOfName(world.stage, job!.jobName)!, "nova");
    await advance(world, world.batch.move(job!.arn, "Completed"));
    expect(world.batch.running).toHaveLength(3);
  });

  test("fills that lane, though the settings of whoever meets it name another", async () => {
    await queueJobs(world, 4);
    const before = { settings: world.settings, settingsVersion: 0 };
    await refill(world, "claude");
    deploy({ haiku: { models: [HAIKU], limit: 3 } });
    await sweep(world);
    while (world.messages.take() !== undefined);
    await advance({ ...world, ...before }, world.batch.move(world.batch.running[0]!.arn, "Completed"));
    expect(world.batch.running).toHaveLength(3);
  });
});

describe("a lane that is taken out, its models with it", () => {
  test("lets its jobs end, asks Bedrock for no other, and says at every sweep what waits", async () => {
    const jobs = await queueJobs(world, 5);
    await refill(world, "claude");
    deploy({ nova: { models: [NOVA], limit: 3 } });
    await sweep(world);
    await runAll();
    for (let n = 0; n < 3; n++) {
      world.clock.pass(1_800_000);
      await sweep(world);
      await deliver();
    }
    expect(await statuses(jobs)).toEqual(["Completed", "Completed", "Completed", "Pending", "Pending"]);
    expect(world.batch.requests).toHaveLength(3);
    expect(told("laneLeft")).toHaveLength(1);
    const said = told("jobsWithoutLane");
    expect(said).toHaveLength(4);
    expect(said[0]).toMatchObject({ level: "error", count: 2 });
    expect(said[0]?.message).toContain("Add the model to a lane");
  });

  test("and put back under any name, runs what has waited", async () => {
    const jobs = await queueJobs(world, 5);
    deploy({ nova: { models: [NOVA], limit: 3 } });
    await refill(world, "claude");
    await sweep(world);
    expect(await statuses(jobs)).toEqual(jobs.map(() => "Pending"));
    deploy({ nova: { models: [NOVA], limit: 3 }, again: { models: [HAIKU], limit: 2 } });
    await sweep(world);
    await deliver();
    expect(world.batch.running).toHaveLength(2);
    await runAll();
    expect(await statuses(jobs)).toEqual(jobs.map(() => "Completed"));
  });
});

describe("a limit of 0", () => {
  test("holds back what was claimed before and refused for the quota; raised, it goes on in order", async () => {
    world.batch.quota = 0;
    const jobs = await queueJobs(world, 4);
    await refill(world, "claude");
    expect((await lane("claude"))?.claiming.size).toBe(1);
    deploy({ claude: { models: [HAIKU], limit: 0 } });
    world.batch.quota = 10;
    world.clock.pass(3_600_000);
    await sweep(world);
    await deliver();
    expect(world.batch.jobs).toEqual([]);
    expect(await lane("claude")).toMatchObject({ limit: 0, holders: new Set(), claiming: new Set() });
    deploy({ claude: { models: [HAIKU], limit: 1 } });
    await sweep(world);
    expect(world.batch.jobs[0]?.inputKey).toBe(jobs[0]!.inputKey);
    await runAll();
    expect(await statuses(jobs)).toEqual(jobs.map(() => "Completed"));
  });

  test("lets a call whose outcome is unknown keep its slot until a look-up is proof", async () => {
    world.batch.faults.push({ kind: "unknown", message: "no answer" });
    await queueJobs(world, 1);
    await refill(world, "claude");
    deploy({ claude: { models: [HAIKU], limit: 0 } });
    world.clock.pass(world.timings.leaseMs + 1);
    await sweep(world);
    expect((await lane("claude"))?.holders.size).toBe(1);
    world.clock.pass(world.timings.doubtMs);
    await sweep(world);
    expect((await lane("claude"))?.holders.size).toBe(0);
    expect(world.batch.requests).toHaveLength(1);
  });
});

describe("a limit that is lowered", () => {
  test("below what is claimed lets as many be created as it says, and gives the other slots back", async () => {
    world.batch.faults.push({ kind: "unknown", message: "1" }, { kind: "unknown", message: "2" });
    await queueJobs(world, 3);
    await refill(world, "claude");
    expect((await lane("claude"))?.claiming.size).toBe(2);
    deploy({ claude: { models: [HAIKU], limit: 1 } });
    // Two look-ups, so far apart, prove that neither call made a job.
    for (const ms of [world.timings.leaseMs + 1, world.timings.doubtMs]) {
      world.clock.pass(ms);
      await sweep(world);
      await deliver();
    }
    expect(world.batch.running).toHaveLength(1);
    expect(await runAll()).toBe(1);
    expect(world.batch.jobs).toHaveLength(3);
  });

  test("is not set back by an instance that still has the settings of before", async () => {
    await queueJobs(world, 9);
    const old = { ...world };
    deploy({ claude: { models: [HAIKU], limit: 1 } });
    await refill(world, "claude");
    await refill(old, "claude");
    await sweep(old);
    expect(await lane("claude")).toMatchObject({ limit: 1, settingsVersion: 1 });
    expect(world.batch.running).toHaveLength(1);
  });
});

describe("a model that is denied", () => {
  const NOVA_JOBS = { modelId: NOVA, invocation: "Converse" } as const;

  test.each([1, 3])(
    "lets the other models of its lane go on, with %i slots, and runs once it is not",
    async (limit) => {
      deploy({ claude: { models: [HAIKU, NOVA], limit } });
      const create = world.batch.create.bind(world.batch);
      let isDenied = true;
      world.batch.create = async (request) =>
        isDenied && request.modelId === HAIKU ? { kind: "denied", message: "AccessDenied: grant it" } : create(request);
      const denied = await queueJobs(world, 3);
      const others = [];
      for (let n = 10; n < 13; n++) {
        const jobId = `01ARZ3NDEKTSV4RRFFQ69G5F${n}`;
        others.push(...(await queueJobs(world, 1, { ...NOVA_JOBS, jobId, rank: world.clock.now() + n, slice: n })));
      }
      await refill(world, "claude");
      await runAll();
      expect(await statuses(others)).toEqual(others.map(() => "Completed"));
      const now = await lane("claude");
      expect(now).toMatchObject({ holders: new Set(), claiming: new Set() });
      expect(now?.block).toBeUndefined();
      expect(now?.modelBlocks.get(HAIKU)).toMatchObject({ kind: "denied", reason: "AccessDenied: grant it", tries: 1 });
      isDenied = false;
      world.clock.pass(world.timings.backoff.denied.firstMs);
      await deliver();
      expect((await lane("claude"))?.modelBlocks.size).toBe(0);
      await runAll();
      expect(await statuses(denied)).toEqual(denied.map(() => "Completed"));
    },
  );
});
