import { CreateModelInvocationJobCommand } from "@aws-sdk/client-bedrock";
import { describe, expect, it } from "vitest";
import type { FaultChanges } from "./index.ts";
import { createInput, idIn, inputLines, refusalOf, requestTo, started } from "./test-world.ts";

async function faulty(faults: FaultChanges, options: Parameters<typeof started>[0] = {}) {
  const all = await started({ faults, ...options });
  await all.put("in/a.jsonl", inputLines(100));
  const names = async () => (await all.list()).invocationJobSummaries?.map(({ jobName }) => jobName);
  return { ...all, names };
}

const PATH = ["Submitted", "Validating", "Scheduled", "InProgress", "Completed"];

describe("Faults of calls", () => {
  it("throttle the next Creates, and only those", async () => {
    const { create } = await faulty({ throttle: { nextCreates: 2, percent: 0 } });
    const throttled = { name: "ThrottlingException", httpStatus: 429 };
    expect(await refusalOf(create("job-1"))).toMatchObject(throttled);
    expect(await refusalOf(create("job-1"))).toMatchObject(throttled);
    expect(await create("job-1")).toMatch(/^arn:/);
  });

  it("throttle a share of the Creates, the same ones for the same seed", async () => {
    const outcomes: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const { create } = await faulty({ throttle: { nextCreates: 0, percent: 50 } });
      let outcome = "";
      for (let job = 0; job < 16; job += 1) {
        outcome += await create(`job-${job}`).then(
          () => "o",
          () => "x",
        );
      }
      outcomes.push(outcome);
    }
    expect(outcomes[0]).toBe(outcomes[1]);
    expect(outcomes[0]).toMatch(/o/);
    expect(outcomes[0]).toMatch(/x/);
  });

  it.each([
    ["AccessDeniedException", 403],
    ["InternalServerException", 500],
    ["ValidationException", 400],
  ] as const)("refuse a Create with %s", async (code, httpStatus) => {
    const { create } = await faulty({ refuse: [{ operation: "Create", code, next: 1, message: "Not today." }] });
    expect(await refusalOf(create("job-1"))).toEqual({ name: code, httpStatus, message: "Not today." });
    expect(await create("job-1")).toMatch(/^arn:/);
  });

  it("refuse another operation and leave Create alone", async () => {
    const refuse = [{ operation: "List", code: "ThrottlingException", next: 1 }] as const;
    const { create, names } = await faulty({ refuse: [...refuse] });
    await create("job-1");
    expect(await refusalOf(names())).toMatchObject({ name: "ThrottlingException" });
    expect(await names()).toEqual(["job-1"]);
  });

  it("lose the answer of a Create that was done: its name is taken, its token gives the job", async () => {
    const { client, create, names, until, statusesOf } = await faulty({ loseAnswer: { nextCreates: 1, percent: 0 } });
    const input = createInput("job-1", { clientRequestToken: "token-1" });
    const { httpStatus } = await refusalOf(client.send(new CreateModelInvocationJobCommand(input)));
    expect(httpStatus).toBeUndefined();
    expect(await names()).toEqual(["job-1"]);
    expect(await refusalOf(create("job-1"))).toMatchObject({ name: "ConflictException" });
    expect(await client.send(new CreateModelInvocationJobCommand(input))).toHaveProperty("jobArn");
    await until("job-1", "Completed");
    expect(statusesOf("job-1")).toEqual(PATH);
  });

  it("lower the quota while jobs run", async () => {
    const { create, server } = await faulty({});
    await create("job-1");
    server.faults.set({ quota: 1 });
    expect(await refusalOf(create("job-2"))).toMatchObject({ name: "ServiceQuotaExceededException" });
    server.faults.set({ quota: null });
    expect(await create("job-2")).toMatch(/^arn:/);
  });

  it("list a job only after a while", async () => {
    const { create, names, advance } = await faulty({ listLagMs: 5_000 });
    await create("job-1");
    expect(await names()).toEqual([]);
    await advance(5_000);
    expect(await names()).toEqual(["job-1"]);
  });
});

describe("Faults of events", () => {
  const none = { losePercent: 0, repeatPercent: 0, delayPercent: 0, delayMs: 0 };

  it("lose all of them, and the jobs go on", async () => {
    const { create, advance, get, events } = await faulty({ events: { ...none, losePercent: 100 } });
    const job = await create("job-1");
    await advance(3_600_000);
    expect(events).toEqual([]);
    expect(await get(job)).toMatchObject({ status: "Completed" });
  });

  it("repeat them, with the same id", async () => {
    const { create, until, statusesOf, events } = await faulty({ events: { ...none, repeatPercent: 100 } });
    await create("job-1");
    await until("job-1", "Completed");
    expect(statusesOf("job-1")).toEqual(PATH.flatMap((status) => [status, status]));
    expect(new Set(events.map(({ id }) => id)).size).toBe(PATH.length);
  });

  it("delay them past what they tell of", async () => {
    const events = { ...none, delayPercent: 100, delayMs: 7_200_000 };
    const { create, advance, get, statusesOf } = await faulty({ events });
    const job = await create("job-1");
    await advance(3_600_000);
    expect(await get(job)).toMatchObject({ status: "Completed" });
    expect(statusesOf("job-1")).toEqual([]);
    await advance(7_200_000);
    expect(statusesOf("job-1")).toEqual(PATH);
  });

  it("lose a share, the same ones for the same seed", async () => {
    const runs: string[][] = [];
    for (let run = 0; run < 2; run += 1) {
      const { create, advance, events } = await faulty({ events: { ...none, losePercent: 40 } });
      for (const name of ["job-1", "job-2", "job-3", "job-4"]) await create(name);
      await advance(3_600_000);
      runs.push(events.map(({ detail }) => `${detail.batchJobName} ${detail.status}`).toSorted());
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.length).toBeGreaterThan(0);
    expect(runs[0]?.length).toBeLessThan(20);
  });

  it("a receiver that throws stops nothing and is told of", async () => {
    const problems: unknown[] = [];
    const { create, advance, get } = await faulty(
      {},
      {
        onEvent: () => {
          throw new Error("deaf");
        },
        onProblem: (problem) => void problems.push(problem),
      },
    );
    const job = await create("job-1");
    await advance(3_600_000);
    expect(await get(job)).toMatchObject({ status: "Completed" });
    expect(problems).toHaveLength(PATH.length);
  });
});

describe("Faults of jobs and records", () => {
  it("fail a job by its name, with the words given", async () => {
    const { create, until, get } = await faulty({
      endings: [{ jobName: "^bad-", status: "Failed", message: "Out of cheese." }],
    });
    const bad = await create("bad-1");
    await create("good-1");
    await until("bad-1", "Failed");
    expect(await get(bad)).toMatchObject({ message: "Out of cheese." });
    await until("good-1", "Completed");
  });

  it("fail a job half done", async () => {
    const endings = [{ jobName: ".", status: "Failed", processedFraction: 0.5 }] as const;
    const { create, until, get, lines, statusesOf } = await faulty({ endings: [...endings] });
    const job = await create("job-1");
    await until("job-1", "Failed");
    expect(statusesOf("job-1")).toEqual([...PATH.slice(0, 4), "Failed"]);
    expect(await get(job)).toMatchObject({ processedRecordCount: 50, message: expect.any(String) });
    expect(await lines(`out/${idIn(job)}/a.jsonl.out`)).toHaveLength(50);
  });

  it("expire a job before it begins", async () => {
    const { create, until, statusesOf } = await faulty({ endings: [{ jobName: ".", status: "Expired" }] });
    await create("job-1");
    await until("job-1", "Expired");
    expect(statusesOf("job-1")).toEqual(["Submitted", "Validating", "Scheduled", "Expired"]);
  });

  it("complete a job in part, and the manifest agrees with the lines", async () => {
    const endings = [{ jobName: ".", status: "PartiallyCompleted", processedFraction: 0.73 }] as const;
    const { create, until, get, lines } = await faulty({ endings: [...endings] });
    const job = await create("job-1");
    await until("job-1", "PartiallyCompleted");
    const counts = { totalRecordCount: 100, processedRecordCount: 73, successRecordCount: 73, errorRecordCount: 0 };
    expect(await get(job)).toMatchObject(counts);
    expect(await lines(`out/${idIn(job)}/a.jsonl.out`)).toHaveLength(73);
    expect(await lines(`out/${idIn(job)}/manifest.json.out`)).toEqual([expect.objectContaining(counts)]);
  });

  it("fail records by a pattern and by a function", async () => {
    const recordErrors = [{ recordId: "^CALL1$", errorCode: 503, errorMessage: "busy" }];
    const { create, until, lines, get, server } = await faulty({ recordErrors });
    server.faults.failRecords((recordId) =>
      recordId.endsWith("7") ? { errorCode: 429, errorMessage: "too fast" } : undefined,
    );
    const job = await create("job-1");
    await until("job-1", "Completed");
    const output = await lines(`out/${idIn(job)}/a.jsonl.out`);
    expect(output.filter(({ error }) => error !== undefined)).toHaveLength(11);
    expect(output.find(({ recordId }) => recordId === "CALL1")?.["error"]).toEqual({
      errorCode: 503,
      errorMessage: "busy",
    });
    expect(await get(job)).toMatchObject({ successRecordCount: 89, errorRecordCount: 11 });
  });

  it("a responder that rejects costs one record, not the job", async () => {
    const responder = { concurrency: 2, respond: () => Promise.reject(new Error("no idea")) };
    const { create, until, get, lines } = await faulty({}, { responder });
    const job = await create("job-1");
    await until("job-1", "Completed");
    expect(await get(job)).toMatchObject({ errorRecordCount: 100 });
    expect((await lines(`out/${idIn(job)}/a.jsonl.out`))[0]?.["error"]).toEqual({
      errorCode: 500,
      errorMessage: "no idea",
    });
  });
});

describe("Faults over HTTP", () => {
  it("are set in part, shown and cleared; what is not well formed changes nothing", async () => {
    const { server, create } = await faulty({});
    const put = (body: unknown) =>
      requestTo(server, "/_faults", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect(await (await put({ throttle: { nextCreates: 1 } })).json()).toMatchObject({
      throttle: { nextCreates: 1, percent: 0 },
    });
    expect((await put({ throttle: { nextCreates: -1 } })).status).toBe(400);
    expect((await put({ endings: [{ jobName: "(", status: "Failed" }] })).status).toBe(400);
    expect((await put({ unknown: 1 })).status).toBe(400);
    expect(await refusalOf(create("job-1"))).toMatchObject({ name: "ThrottlingException" });
    await put({ quota: 0 });
    expect(await (await requestTo(server, "/_faults")).json()).toMatchObject({ quota: 0 });
    await requestTo(server, "/_faults", { method: "DELETE" });
    expect(await create("job-1")).toMatch(/^arn:/);
  });
});
