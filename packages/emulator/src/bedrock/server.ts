import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import pLimit from "p-limit";
import type { Responder } from "../responder/index.ts";
import { modelNameOf } from "../responder/index.ts";
import { Bulletin, type EventReceiver } from "./bulletin.ts";
import { realClock, type ServerClock } from "./clock.ts";
import { newAccessKey } from "./door.ts";
import { Engine } from "./engine.ts";
import type { Account } from "./event.ts";
import { type FaultChanges, Faults } from "./faults.ts";
import type { BatchFiles } from "./files.ts";
import { bedrockHttp } from "./http.ts";
import { type BatchLimits, DEFAULT_LIMITS } from "./inspect.ts";
import { JobFiles } from "./job-files.ts";
import { Operations, type Quota } from "./operations.ts";
import { JobRegister } from "./register.ts";
import { DEFAULT_DELAYS, type Delays, type Timing } from "./timing.ts";

const LOOPBACK_HOSTS = ["127.0.0.1", "::1", "localhost"];
/** Validation reads whole inputs; more at once would only make the disk jump. */
const MAX_INSPECTIONS = 4;
/** A base model's jobs, submitted and in progress (AWS: Quotas for Amazon Bedrock, 2025). */
const DEFAULT_SLOTS = 20;

export interface BatchServerOptions {
  /** Where the jobs' state is kept; made if it is not there. One server at a time. */
  readonly dir: string;
  readonly files: BatchFiles;
  readonly responder: Responder;
  /** A loopback address (default 127.0.0.1). */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** What a client must give as its access key id; drawn where it is left out. */
  readonly accessKey?: string;
  /** Divides every delay of Bedrock's (default 1: real minutes). Timeouts stay real hours. */
  readonly speed?: number;
  readonly delays?: Partial<Delays>;
  /** Jobs that have not ended, for each model (default 20), or the scope and limit that a model id counts against. */
  readonly slots?: number | ((modelId: string) => Quota);
  /** A function is asked at each job. */
  readonly limits?: Partial<BatchLimits> | (() => Partial<BatchLimits>);
  readonly onEvent?: EventReceiver;
  /** Hears of what is nobody's answer: a disk that fails, an event receiver that throws (default: a warning). */
  readonly onProblem?: (problem: unknown) => void;
  /** Draws delays, orders and faults (default "sluice"). */
  readonly seed?: string;
  readonly account?: Account;
  readonly faults?: FaultChanges;
  readonly clock?: ServerClock;
}

export interface BatchServer {
  /** The endpoint to give to a client: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The credentials to give to it: whoever has others is refused. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly faults: Faults;
  /** Resolves when nothing is under way but waiting for the clock. */
  idle(): Promise<void>;
  /** Stops at once, as a kill would: nothing is finished, and a new server on the same folder goes on. */
  close(): Promise<void>;
}

function quotaFunction(slots: BatchServerOptions["slots"]): (modelId: string) => Quota {
  if (typeof slots === "function") return slots;
  const limit = slots ?? DEFAULT_SLOTS;
  // A model and the profiles that route to it have one quota in a Region.
  return (modelId) => ({ scope: modelNameOf(modelId), limit });
}

function warn(problem: unknown): void {
  process.emitWarning(problem instanceof Error ? problem : String(problem));
}

async function listening(fetch: Parameters<typeof serve>[0]["fetch"], hostname: string, port: number) {
  return new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, () => resolve(server));
    server.once("error", (fault: Error) =>
      reject(
        new Error(`The batch server cannot listen on ${hostname}:${port}. Give another port, or 0 for any.`, {
          cause: fault,
        }),
      ),
    );
  });
}

async function closed(server: ReturnType<typeof serve>): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

/**
 * Starts a batch inference server that speaks Bedrock's HTTP API and keeps its jobs on disk: after a kill at any moment
 * a new server on the same folder goes on with every job that had not ended.
 * @throws Error if the host is not a loopback address, the port is taken, the speed is not positive, or a job file
 * cannot be read.
 */
export async function startBatchServer(options: BatchServerOptions): Promise<BatchServer> {
  const { files, responder, host = "127.0.0.1", port = 0, speed = 1, seed = "sluice" } = options;
  const { accessKey = newAccessKey() } = options;
  if (!LOOPBACK_HOSTS.includes(host)) {
    throw new Error(`The batch server checks no signatures and so listens on loopback only, not on ${host}.`);
  }
  if (!(speed > 0)) throw new Error(`The speed must be positive, not ${speed}. 1 is as slow as Bedrock.`);
  const { clock = realClock, onProblem = warn } = options;
  const account = options.account ?? { region: "us-east-1", accountId: "123456789012" };
  const timing: Timing = { delays: { ...DEFAULT_DELAYS, ...options.delays }, speed, seed };
  const limits = (): BatchLimits => ({
    ...DEFAULT_LIMITS,
    ...(typeof options.limits === "function" ? options.limits() : options.limits),
  });
  const faults = new Faults(seed);
  if (options.faults !== undefined) faults.set(options.faults);
  const register = await JobRegister.open(await JobFiles.open(options.dir));
  const receive = options.onEvent ?? (() => {});
  const bulletin = new Bulletin({ account, clock, faults, receive, onProblem });
  const atOnce = pLimit(responder.concurrency);
  const inspections = pLimit(MAX_INSPECTIONS);
  const engine = new Engine({
    ...{ clock, register, files, responder, atOnce, inspections, limits, timing, faults, bulletin, onProblem },
  });
  const quotaOf = quotaFunction(options.slots);
  const operations = new Operations({ account, clock, register, engine, bulletin, faults, quotaOf });
  const server = await listening(bedrockHttp(operations, faults, accessKey, clock, onProblem).fetch, host, port);
  for (const job of register.open()) engine.start(job.jobId);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    credentials: { accessKeyId: accessKey, secretAccessKey: "unchecked" },
    faults,
    idle: () => engine.activity.idle(),
    close: async () => {
      register.close();
      bulletin.close();
      await closed(server);
      await engine.close();
      await register.drain();
    },
  };
}
