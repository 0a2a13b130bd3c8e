import { describe, expect, it } from "vitest";
import { CLAUDE, counts, HOUR_MS, idIn, inputLines, refusalOf, started } from "./test-world.ts";

describe("A job's way to Completed", () => {
  it("goes through every status, with an event for each", async () => {
    const { put, create, until, statusesOf } = await started();
    await put("in/a.jsonl", inputLines(100));
    await create("job-1");
    await until("job-1", "Completed");
    expect(statusesOf("job-1")).toEqual(["Submitted", "Validating", "Scheduled", "InProgress", "Completed"]);
  });

  it("takes minutes at speed 1, longer for more records, and less by the speed", async () => {
    const durations: number[] = [];
    for (const [records, speed] of [
      [100, 1],
      [1_000, 1],
      [1_000, 60],
    ] as const) {
      const { put, create, until, get } = await started({ speed });
      await put("in/a.jsonl", inputLines(records));
      const job = await create("job-1");
      await until("job-1", "Completed");
      const { submitTime, endTime } = await get(job);
      durations.push(Number(endTime) - Number(submitTime));
    }
    const [few = 0, many = 0, fast = 0] = durations;
    expect(few).toBeGreaterThan(6 * 60_000);
    expect(many).toBeGreaterThan(few);
    expect(fast).toBeLessThan(many / 59);
  });

  it("shows no counts before it begins, some in progress, and all at the end", async () => {
    const { put, create, until, get, clock, server, advance } = await started();
    await put("in/a.jsonl", inputLines(400));
    const job = await create("job-1");
    await until("job-1", "Scheduled");
    expect(await get(job)).toMatchObject(counts(0, 0, 0));
    await until("job-1", "InProgress");
    expect(await get(job)).toMatchObject({ totalRecordCount: 400, processedRecordCount: 0 });
    clock.fireNext(Number.POSITIVE_INFINITY);
    await server.idle();
    const { processedRecordCount = 0 } = await get(job);
    expect(processedRecordCount).toBeGreaterThan(0);
    expect(processedRecordCount).toBeLessThan(400);
    await advance(HOUR_MS);
    expect(await get(job)).toMatchObject({ status: "Completed", endTime: expect.any(Date), ...counts(400, 400, 0) });
    expect(await get(job)).not.toHaveProperty("message");
  });

  it("has events in Bedrock's own shape", async () => {
    const { put, create, until, events } = await started();
    await put("in/a.jsonl", inputLines(100));
    const jobArn = await create("job-1");
    await until("job-1", "Completed");
    expect(events[0]).toEqual({
      version: "0",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      "detail-type": "Batch Inference Job State Change",
      source: "aws.bedrock",
      account: "123456789012",
      time: "Sun Nov 22 13:05:09 UTC 2026",
      region: "us-east-1",
      resources: [jobArn],
      detail: {
        version: "0.0",
        accountId: "123456789012",
        batchJobName: "job-1",
        batchJobArn: jobArn,
        batchModelId: `arn:aws:bedrock:us-east-1::foundation-model/${CLAUDE}`,
        status: "Submitted",
        failureMessage: "",
        creationTime: "Nov 22, 2026, 1:05:09 PM",
      },
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(5);
  });
});

describe("Stop", () => {
  it.each(["Submitted", "Validating", "Scheduled"])("ends a job that is %s without any output", async (status) => {
    const { put, create, until, stop, statusesOf, get, names } = await started();
    await put("in/a.jsonl", inputLines(100));
    const job = await create("job-1");
    await until("job-1", status);
    await stop(job);
    expect(await get(job)).toMatchObject({ status: "Stopping" });
    await until("job-1", "Stopped");
    expect(statusesOf("job-1").slice(-3)).toEqual([status, "Stopping", "Stopped"]);
    expect(await get(job)).toMatchObject({ status: "Stopped", endTime: expect.any(Date), ...counts(0, 0, 0) });
    await expect(names("out")).rejects.toThrow(/ENOENT/);
  });

  it("of a job in progress keeps what was processed so far", async () => {
    const { put, create, until, stop, get, lines, clock, server } = await started();
    await put("in/a.jsonl", inputLines(400));
    const job = await create("job-1");
    await until("job-1", "InProgress");
    for (let windows = 0; windows < 3; windows += 1) {
      clock.fireNext(Number.POSITIVE_INFINITY);
      await server.idle();
    }
    await stop(job);
    await until("job-1", "Stopped");
    const { processedRecordCount = 0, totalRecordCount } = await get(job);
    expect(totalRecordCount).toBe(400);
    expect(processedRecordCount).toBeGreaterThan(0);
    expect(processedRecordCount).toBeLessThan(400);
    expect(await lines(`out/${idIn(job)}/a.jsonl.out`)).toHaveLength(processedRecordCount);
    const [manifest] = await lines(`out/${idIn(job)}/manifest.json.out`);
    expect(manifest).toMatchObject(counts(400, processedRecordCount, 0));
  });

  it("twice is one stop, and of an ended job a conflict", async () => {
    const { create, until, stop, statusesOf } = await started();
    const job = await create("job-1");
    await stop(job);
    await stop(job);
    await until("job-1", "Stopped");
    expect(statusesOf("job-1")).toEqual(["Submitted", "Stopping", "Stopped"]);
    expect(await refusalOf(stop(job))).toMatchObject({ name: "ConflictException", httpStatus: 400 });
  });
});

describe("The timeout", () => {
  const dayMs = 24 * HOUR_MS;
  it("expires a job that did not begin before it", async () => {
    const scheduled = { leastMs: 2 * dayMs, mostMs: 2 * dayMs };
    const { put, create, until, get } = await started({ delays: { scheduled } });
    await put("in/a.jsonl", inputLines(100));
    const job = await create("job-1", { timeoutDurationInHours: 24 });
    await until("job-1", "Expired");
    const { submitTime, endTime, message } = await get(job);
    expect(Number(endTime) - Number(submitTime)).toBe(dayMs);
    expect(message).toMatch(/did not begin before its timeout/);
  });

  it("ends a job that did begin as PartiallyCompleted, with what was processed", async () => {
    const inProgress = { leastMs: 2 * dayMs, mostMs: 2 * dayMs };
    const { put, create, until, get, lines } = await started({ delays: { inProgress } });
    await put("in/a.jsonl", inputLines(400));
    const job = await create("job-1");
    await until("job-1", "PartiallyCompleted");
    const { processedRecordCount = 0 } = await get(job);
    expect(processedRecordCount).toBeGreaterThan(100);
    expect(processedRecordCount).toBeLessThan(300);
    expect(await lines(`out/${idIn(job)}/a.jsonl.out`)).toHaveLength(processedRecordCount);
  });
});
