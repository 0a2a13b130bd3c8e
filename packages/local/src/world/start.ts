import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  bedrockStatus,
  DROPS_PREFIX,
  hasEnded,
  type Log,
  type LogEntry,
  mend,
  type Settings,
  type World,
} from "@sluice/core";
import type { BatchServerOptions, BatchStateChangeEvent, Faults } from "@sluice/emulator";
import { builtInResponder, FolderObjects, newAccessKey, type Responder } from "@sluice/emulator";
import { sweepHandler } from "@sluice/functions";
import { announce, withdraw } from "../directory/endpoints.ts";
import {
  DEFAULT_SLOTS,
  defaultSettings,
  readSettings,
  withLimit,
  withoutQuotas,
  writeSettings,
} from "../directory/settings-file.ts";
import { takeDirectory } from "../directory/take.ts";
import { Drops } from "../drops/drops.ts";
import type { DeadLetter } from "../messages/queue.ts";
import { LocalQueues } from "../messages/queues.ts";
import { openBedrock } from "./bedrock.ts";
import { composeWorld } from "./compose.ts";
import { followSettings } from "./follow-settings.ts";
import { Idleness } from "./idle.ts";
import { watchResponder } from "./responder-watch.ts";
import { nextSettingsVersion } from "./settings-version.ts";
import { Sweeper } from "./sweeper.ts";

/** How often the schedule sweeps in AWS. */
const SWEEP_EVERY_MS = 30 * 60_000;
/** However fast the world, the sweep is the low-frequency pass. */
const MIN_SWEEP_EVERY_MS = 250;
/** A file that nobody wrote to for a second is whole; a copy over a slow network may need more. */
const DEFAULT_REST_MS = 1_000;
/** What a message takes through SQS: so long the refill has this process for itself. */
const COLLECT_DELAY_MS = 25;
/** So soon no event of AWS's is there; one that comes before its Create is answered has the job looked up. */
const SUBMITTED_DELAY_MS = 25;
/** What the system answers where it lets nobody write. */
const UNUSABLE = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"];
/** How long the moves that are under way have at the end; what is cut off goes on at the next start. */
const MAX_CLOSE_MS = 10_000;

export interface LocalWorldOptions {
  /** Everything is kept below it. */
  readonly dir: string;
  /** What the process is doing, in words, for whoever finds the directory taken. */
  readonly purpose?: string;
  /** The limit of every lane; without it the settings' own, or 10 where there are none yet or a quota says it. */
  readonly slots?: number;
  /** Divides Bedrock's delays and every duration that the queue waits for (default 1: real minutes). */
  readonly speed?: number;
  readonly responder?: Responder;
  /** Default 0: any free one. */
  readonly bedrockPort?: number;
  readonly dynamodbPort?: number;
  /** A dropped file that was not written to for so long is whole, in milliseconds (default 1,000). */
  readonly restMs?: number;
  /** Asked for each of Bedrock's events; one that it answers false for is lost. */
  readonly deliver?: (event: BatchStateChangeEvent) => boolean;
  readonly onLog?: (entry: LogEntry) => void;
  /** More for the batch server, such as faults, or a quota that is not the lanes' limits. */
  readonly bedrock?: Partial<Pick<BatchServerOptions, "slots" | "limits" | "delays" | "faults" | "seed">>;
}

/** Sluice on one machine, running. */
export interface LocalWorld {
  readonly world: World;
  readonly objects: FolderObjects;
  /** Where its servers listen, and what a client of theirs gives as its access key id. */
  readonly endpoints: { readonly dynamodb: string; readonly bedrock: string; readonly accessKey: string };
  /** What goes wrong in Bedrock on request. */
  readonly faults: Faults;
  /** Messages that were given up. */
  readonly deadLetters: readonly DeadLetter[];
  /** Hears of everything that is logged; the answer ends it. */
  observe(listener: (entry: LogEntry) => void): () => void;
  /** Sweeps now, beside the schedule. */
  sweep(): Promise<void>;
  /** Resolves when every dropped file is settled; rejects if the signal is aborted first. */
  idle(signal?: AbortSignal): Promise<void>;
  /** Ends what is under way, and gives the directory back. */
  close(): Promise<void>;
}

/**
 * Starts the local world on a directory: the same moves, handlers and adapters as in AWS over an embedded DynamoDB, a
 * batch server and a folder as bucket. Whatever an earlier run left behind goes on, also after a kill.
 *
 * @throws DirectoryHeld if another process runs on the directory, `SettingsInvalid`, or Error if a port is taken
 */
export async function startLocalWorld(options: LocalWorldOptions): Promise<LocalWorld> {
  const closers: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await open({ ...options, dir: resolve(options.dir) }, closers)), close };
  } catch (error) {
    await close();
    throw unusable(error, options.dir) ?? error;
  }
}

/** What the system says of a directory that it will not let us write to, with what to do. */
function unusable(cause: unknown, dir: string): Error | undefined {
  if (!(cause instanceof Error && "code" in cause && UNUSABLE.includes(String(cause.code)))) return undefined;
  const message = `${dir} cannot be used (${cause.message}). Check that this user may write there and that the disk has room, or name another --dir.`;
  return new Error(message, { cause });
}

async function open(
  options: LocalWorldOptions,
  closers: Array<() => Promise<void>>,
): Promise<Omit<LocalWorld, "close">> {
  const { dir, speed = 1, restMs = DEFAULT_REST_MS } = options;
  const listeners = new Set<(entry: LogEntry) => void>(options.onLog === undefined ? [] : [options.onLog]);
  const log: Log = (entry) => {
    for (const listener of listeners) listener(entry);
  };
  const holder = { pid: process.pid, purpose: options.purpose ?? "another local world" };
  const accessKey = newAccessKey();
  const table = await takeDirectory(dir, holder, {
    port: options.dynamodbPort ?? 0,
    accessKey,
    onProblem: (problem) => log({ level: "error", event: "tableProblem", message: String(problem) }),
  });
  closers.push(table.close, () => withdraw(dir));
  if (table.movedTo !== undefined)
    log({
      level: "error",
      event: "tableDamaged",
      message: `The table's files could not be read any more. They are in ${table.movedTo} now, and a new table is made from what the bucket holds.`,
    });
  let settings = await settingsOf(options);
  const objects = await openBucket(dir);

  let ready: (world: World) => void = () => {};
  const made = new Promise<World>((resolve) => {
    ready = resolve;
  });
  const source = () => made;
  const queues = new LocalQueues(source, log, Date.now);
  const responder = options.responder ?? builtInResponder();
  closers.push(watchResponder(responder, dir, log));
  const server = await openBedrock(objects, () => settings, {
    dir: join(dir, "bedrock"),
    responder,
    port: options.bedrockPort ?? 0,
    accessKey,
    speed,
    onEvent: (event) => publish(queues, event, options.deliver),
    onProblem: (problem) => log({ level: "error", event: "bedrockProblem", message: String(problem) }),
    ...options.bedrock,
  });
  closers.push(server.close);
  const endpoints = { dynamodb: table.endpoint, bedrock: server.url, accessKey };
  const { world, close } = composeWorld({
    table: table.client,
    bedrock: server.url,
    ...{ accessKey, objects, settings, speed, messages: queues, log },
  });
  world.settingsVersion = await nextSettingsVersion(world.store, Date.now());
  closers.push(async () => close());
  closers.push(() => Promise.race([queues.close(), pause(MAX_CLOSE_MS, undefined, { ref: false })]));
  ready(world);

  const drops = new Drops({
    objects,
    store: world.store,
    restMs,
    now: Date.now,
    notify: (body, sizeBytes) => queues.drop(body, sizeBytes),
    log,
  });
  closers.push(() => drops.close());
  await drops.watch();
  await mend(world);
  const sweep = sweepHandler(source);
  const sweepAndPass = () => sweep().finally(() => drops.pass());
  const sweeper = new Sweeper(sweepAndPass, Math.max(MIN_SWEEP_EVERY_MS, SWEEP_EVERY_MS / speed), log);
  closers.push(() => sweeper.close());
  await drops.resume();
  await sweeper.run();
  const tellEndpoints = () => announce(dir, holder, { speed, ...endpoints, settings });
  await tellEndpoints();
  const watcher = followSettings(dir, {
    ...{ log, sweeper, current: () => settings },
    effective: (edited) => effective(edited, options),
    take: async (edited) => {
      // Both at once: nothing may run with the one and without the other.
      world.settingsVersion = await nextSettingsVersion(world.store, Date.now());
      settings = edited;
      world.settings = edited;
      await tellEndpoints();
    },
  });
  closers.push(() => watcher.close());

  const idleness = new Idleness(world, () => queues.busy > 0 || sweeper.busy || drops.busy);
  return {
    world,
    objects,
    endpoints,
    faults: server.faults,
    deadLetters: queues.deadLetters,
    observe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sweep: () => sweeper.run(),
    idle: (signal) => idleness.reached(signal),
  };
}

async function settingsOf({ dir, slots }: LocalWorldOptions): Promise<Settings> {
  const settings = (await readSettings(dir)) ?? (await writeSettings(dir, defaultSettings(slots ?? DEFAULT_SLOTS)));
  return effective(settings, { slots });
}

/** The settings as this machine can have them: without quotas, or with the one limit that was asked for. */
function effective(settings: Settings, { slots }: { slots?: number | undefined }): Settings {
  return slots === undefined ? withoutQuotas(settings, DEFAULT_SLOTS) : withLimit(settings, slots);
}

/** Opens the bucket of a directory, with the folder for drops in it. */
export async function openBucket(dir: string): Promise<FolderObjects> {
  const objects = await FolderObjects.open({ directory: join(dir, "bucket"), aside: join(dir, "aside") });
  await mkdir(join(objects.directory, DROPS_PREFIX), { recursive: true });
  return objects;
}

/** Bedrock's events go to advance, and those of an end to the collect queue too, as EventBridge's two rules do. */
function publish(queues: LocalQueues, event: BatchStateChangeEvent, deliver: LocalWorldOptions["deliver"]): void {
  if (deliver?.(event) === false) return;
  const body = JSON.stringify(event);
  const status = bedrockStatus(event.detail.status);
  queues.send("events", body, status === "Submitted" ? SUBMITTED_DELAY_MS : 0);
  if (status !== undefined && hasEnded(status)) queues.send("collect", body, COLLECT_DELAY_MS);
}
