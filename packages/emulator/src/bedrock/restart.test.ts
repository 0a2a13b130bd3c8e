import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  StopModelInvocationJobCommand,
} from "@aws-sdk/client-bedrock";
import { describe, expect, it } from "vitest";
import { type BatchFiles, type BatchStateChangeEvent, realClock } from "./index.ts";
import { createInput, HOUR_MS, idIn, inputLines, refusalOf, world } from "./test-world.ts";

const PATH = ["Submitted", "Validating", "Scheduled", "InProgress", "Completed"];

describe("A server that is stopped at any status and started again", () => {
  it.each(PATH)("goes on from %s, with each status told once and the whole output", async (status) => {
    const { start, put, lines, statusesOf } = await world();
    await put("in/a.jsonl", inputLines(200));
    const first = await start();
    const input = createInput("job-1", { clientRequestToken: "token-1" });
    const { jobArn } = await first.client.send(new CreateModelInvocationJobCommand(input));
    await first.until("job-1", status);
    await first.server.close();

    const { client, until } = await start();
    expect((await client.send(new CreateModelInvocationJobCommand(input))).jobArn).toBe(jobArn);
    const other = { ...input, clientRequestToken: "token-2" };
    expect(await refusalOf(client.send(new CreateModelInvocationJobCommand(other)))).toMatchObject({
      name: "ConflictException",
    });
    await until("job-1", "Completed");
    expect(statusesOf("job-1")).toEqual(PATH);
    expect((await client.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries).toHaveLength(1);
    expect(await lines(`out/${idIn(jobArn)}/a.jsonl.out`)).toHaveLength(200);
  });

  it("moves on at once when the time has passed meanwhile", async () => {
    const { start, put, clock } = await world();
    await put("in/a.jsonl", inputLines(100));
    const first = await start();
    const { jobArn } = await first.client.send(new CreateModelInvocationJobCommand(createInput("job-1")));
    await first.until("job-1", "Validating");
    await first.server.close();
    clock.jumpTo(clock.nowMs() + HOUR_MS);
    const { client, server } = await start();
    await server.idle();
    const job = await client.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
    expect(job.status).toBe("Scheduled");
  });

  it("shows nothing of an output that was half written, and the same output afterwards as without a crash", async () => {
    const outputs: string[] = [];
    for (const crash of [false, true]) {
      const { start, put, text, names, clock } = await world();
      await put("in/a.jsonl", inputLines(400));
      const first = await start();
      const { jobArn } = await first.client.send(new CreateModelInvocationJobCommand(createInput("job-1")));
      await first.until("job-1", "InProgress");
      clock.fireNext(Number.POSITIVE_INFINITY);
      await first.server.idle();
      let { until } = first;
      if (crash) {
        await first.server.close();
        await expect(names("out")).rejects.toThrow(/ENOENT/);
        ({ until } = await start());
      }
      await until("job-1", "Completed");
      outputs.push(await text(`out/${idIn(jobArn)}/a.jsonl.out`));
    }
    expect(outputs[1]).toBe(outputs[0]);
  });

  it("still writes what a stopped job had processed, if it died before it could", async () => {
    const { start, put, lines, files, clock } = await world();
    await put("in/a.jsonl", inputLines(400));
    let kill = (_fault: Error) => {};
    const killed = new Promise<never>((_, reject) => {
      kill = reject;
    });
    killed.catch(() => {});
    const dying: BatchFiles = {
      ...files,
      write: (uri, chunks) =>
        files.write(
          uri,
          (async function* () {
            yield* chunks;
            await killed;
          })(),
        ),
    };
    const first = await start({ files: dying });
    const { jobArn } = await first.client.send(new CreateModelInvocationJobCommand(createInput("job-1")));
    await first.until("job-1", "InProgress");
    for (let windows = 0; windows < 4; windows += 1) {
      clock.fireNext(Number.POSITIVE_INFINITY);
      await first.server.idle();
    }
    await first.client.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn }));
    const closing = first.server.close();
    kill(new Error("killed"));
    await closing;

    const { client, until } = await start();
    await until("job-1", "Stopped");
    const { processedRecordCount = 0 } = await client.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }));
    expect(processedRecordCount).toBeGreaterThan(0);
    expect(processedRecordCount).toBeLessThan(400);
    expect(await lines(`out/${idIn(jobArn)}/a.jsonl.out`)).toHaveLength(processedRecordCount);
  });
});

describe("A server that is killed with SIGKILL", () => {
  const SPEED = 2_000;
  const JOBS_A_ROUND = 4;
  const KILLED_SERVER_KEY = "KILLED";

  /** Runs a server process, creates jobs in it, and kills it at the n-th event it tells of. */
  async function round(nth: number, dir: string, bucket: string): Promise<string[]> {
    const script = join(import.meta.dirname, "killed-server.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, dir, bucket, String(SPEED), KILLED_SERVER_KEY], {
      cwd: import.meta.dirname,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const answered: string[] = [];
    let calls: Array<Promise<unknown>> = [];
    let events = 0;
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith("http")) {
        events += 1;
        if (events === nth) child.kill("SIGKILL");
        continue;
      }
      const client = new BedrockClient({
        endpoint: line,
        region: "us-east-1",
        credentials: { accessKeyId: KILLED_SERVER_KEY, secretAccessKey: "any" },
        maxAttempts: 1,
      });
      calls = Array.from({ length: JOBS_A_ROUND }, async (_, index) => {
        const name = `job-${nth}-${index}`;
        const call = client.send(new CreateModelInvocationJobCommand(createInput(name)));
        // A call that the kill cuts off promises nothing, either way.
        if (
          await call.then(
            () => true,
            () => false,
          )
        )
          answered.push(name);
      });
    }
    await exited;
    await Promise.all(calls);
    return answered;
  }

  it("loses no job that was answered, creates none twice, and ends all of them whole", {
    timeout: 60_000,
  }, async () => {
    const ended = new Set<string>();
    let check = () => {};
    const onEvent = ({ detail }: BatchStateChangeEvent) => {
      if (detail.status === "Completed") ended.add(detail.batchJobName);
      check();
    };
    const { root, bucket, put, start, lines } = await world({ speed: SPEED, clock: realClock, onEvent });
    await put("in/a.jsonl", inputLines(100));
    const answered: string[] = [];
    for (const nth of [2, 9, 14]) answered.push(...(await round(nth, join(root, "state"), bucket)));

    const { client } = await start();
    const listed = async () =>
      (await client.send(new ListModelInvocationJobsCommand({ maxResults: 1_000 }))).invocationJobSummaries ?? [];
    const found = await listed();
    for (const { jobName = "", status } of found) if (status === "Completed") ended.add(jobName);
    await new Promise<void>((resolve) => {
      check = () => {
        if (ended.size === found.length) resolve();
      };
      check();
    });
    const names = found.map(({ jobName = "" }) => jobName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(answered));
    for (const { jobArn, status } of await listed()) {
      expect(status).toBe("Completed");
      expect(await lines(`out/${idIn(jobArn)}/a.jsonl.out`)).toHaveLength(100);
    }
  });
});
