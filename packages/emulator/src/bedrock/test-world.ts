import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  type ListModelInvocationJobsCommandInput,
  StopModelInvocationJobCommand,
} from "@aws-sdk/client-bedrock";
import { afterEach } from "vitest";
import { builtInResponder } from "../responder/index.ts";
import {
  type BatchServer,
  type BatchServerOptions,
  type BatchStateChangeEvent,
  folderFiles,
  type ServerClock,
  startBatchServer,
} from "./index.ts";

export const CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0";
export const START_MS = Date.UTC(2026, 10, 22, 13, 5, 9);
export const HOUR_MS = 3_600_000;
/** More timers than any test here sets: a drive that does not arrive must end. */
const MAX_TIMERS = 10_000;

/** A clock that stands still until a test moves it. */
class HandClock implements ServerClock {
  #nowMs = START_MS;
  readonly #timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, fire: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(delayMs, 0), fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Fires the next timer up to a moment; false if there is none. */
  fireNext(untilMs: number): boolean {
    const [next] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.fire();
    return true;
  }

  jumpTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }
}

export function claudeInput(text: string) {
  return { anthropic_version: "bedrock-2023-05-31", max_tokens: 20, messages: [{ role: "user", content: text }] };
}

/** So many well-formed input lines. */
export function inputLines(records: number, prefix = "CALL"): string {
  return Array.from({ length: records }, (_, index) =>
    JSON.stringify({ recordId: `${prefix}${index}`, modelInput: claudeInput(`question ${index}`) }),
  )
    .join("\n")
    .concat("\n");
}

export function createInput(jobName: string, more: Partial<CreateModelInvocationJobCommandInput> = {}) {
  return {
    jobName,
    modelId: CLAUDE,
    roleArn: "arn:aws:iam::123456789012:role/batch",
    inputDataConfig: { s3InputDataConfig: { s3Uri: "s3://bucket/in/a.jsonl" } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: "s3://bucket/out/" } },
    ...more,
  } satisfies CreateModelInvocationJobCommandInput;
}

function clientOf(server: BatchServer): BedrockClient {
  return new BedrockClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: server.credentials,
    // A test sees every refusal itself.
    maxAttempts: 1,
  });
}

/** A request that no SDK makes, by somebody who has the server's access key. */
export function requestTo(server: BatchServer, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${server.credentials.accessKeyId}` };
  return fetch(`${server.url}${path}`, { ...init, headers });
}

/** What an SDK call was refused with; fails if it was not. */
export async function refusalOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (fault) {
    const { name, message, $metadata } = fault as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, httpStatus: $metadata?.httpStatusCode };
  }
  throw new Error("The call was not refused.");
}

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A folder for a bucket and one for state, and servers that come and go on them. */
export async function world(defaults: Partial<BatchServerOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), "sluice-bedrock-"));
  closers.push(() => rm(root, { recursive: true, force: true }));
  const bucket = join(root, "bucket");
  const clock = new HandClock();
  const events: BatchStateChangeEvent[] = [];
  const files = folderFiles((name) => (name === "bucket" ? bucket : undefined));
  const start = async (more: Partial<BatchServerOptions> = {}) => {
    const server = await startBatchServer({
      ...{ dir: join(root, "state"), files, responder: builtInResponder(), clock },
      onEvent: (event) => void events.push(event),
      ...defaults,
      ...more,
    });
    closers.push(() => server.close());
    const client = clientOf(server);
    closers.push(async () => client.destroy());
    const advance = async (durationMs: number) => {
      const untilMs = clock.nowMs() + durationMs;
      await server.idle();
      for (let fired = 0; fired < MAX_TIMERS && clock.fireNext(untilMs); fired += 1) await server.idle();
      clock.jumpTo(untilMs);
    };
    /** Moves the clock from timer to timer until the named job's newest event has one of the statuses. */
    const until = async (jobName: string, ...statuses: string[]) => {
      const newest = () => events.findLast(({ detail }) => detail.batchJobName === jobName)?.detail.status ?? "none";
      await server.idle();
      for (let fired = 0; fired < MAX_TIMERS && !statuses.includes(newest()); fired += 1) {
        if (!clock.fireNext(Number.POSITIVE_INFINITY)) break;
        await server.idle();
      }
      if (!statuses.includes(newest())) throw new Error(`${jobName} is ${newest()}, not ${statuses.join(" or ")}.`);
    };
    return { server, client, advance, until };
  };
  return {
    root,
    bucket,
    clock,
    events,
    files,
    start,
    put: async (key: string, text: string) => {
      await mkdir(dirname(join(bucket, key)), { recursive: true });
      await writeFile(join(bucket, key), text);
    },
    names: async (folder: string) => (await readdir(join(bucket, folder))).sort(),
    text: (key: string) => readFile(join(bucket, key), "utf8"),
    lines: async (key: string): Promise<Array<Record<string, unknown>>> =>
      (await readFile(join(bucket, key), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    statusesOf: (jobName: string) =>
      events.filter(({ detail }) => detail.batchJobName === jobName).map(({ detail }) => detail.status),
  };
}

export function idIn(jobArn: string | undefined): string {
  return jobArn?.split("/").at(-1) ?? "";
}

/** A world with one running server, and the four operations through the real SDK. */
export async function started(options: Partial<BatchServerOptions> = {}) {
  const all = await world(options);
  const running = await all.start();
  const { client } = running;
  return {
    ...all,
    ...running,
    create: async (name: string, more: Partial<CreateModelInvocationJobCommandInput> = {}) =>
      (await client.send(new CreateModelInvocationJobCommand(createInput(name, more)))).jobArn ?? "",
    get: (jobIdentifier: string) => client.send(new GetModelInvocationJobCommand({ jobIdentifier })),
    stop: (jobIdentifier: string) => client.send(new StopModelInvocationJobCommand({ jobIdentifier })),
    list: (input: ListModelInvocationJobsCommandInput = {}) => client.send(new ListModelInvocationJobsCommand(input)),
  };
}

/** The four counts as Get, List and the manifest name them. */
export function counts(total: number, success: number, error: number) {
  return {
    totalRecordCount: total,
    processedRecordCount: success + error,
    successRecordCount: success,
    errorRecordCount: error,
  };
}

export function s3Input(s3Uri: string) {
  return { inputDataConfig: { s3InputDataConfig: { s3Uri } } };
}
