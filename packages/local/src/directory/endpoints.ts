import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseSettings, type Settings } from "@sluice/core";
import * as z from "zod";
import { greetingOf, type Holder } from "./held.ts";
import { OWNER_ONLY, textOfFile, writeJson } from "./json-file.ts";

const FILE_NAME = "dev.json";
const MAX_ANSWER_MS = 1_000;

const holderSchema = z.object({ pid: z.int().positive(), purpose: z.string() });

const endpointsSchema = z.object({
  speed: z.number().positive(),
  /** `http://127.0.0.1:<port>` */
  dynamodb: z.string(),
  bedrock: z.string(),
  accessKey: z.string().min(1),
  settings: z.unknown(),
});

/** Where a running local world can be reached by other processes of its owner, and what it runs with. */
export interface Endpoints {
  readonly pid: number;
  readonly speed: number;
  readonly dynamodb: string;
  readonly bedrock: string;
  /** What a client of the two gives as its access key id. */
  readonly accessKey: string;
  readonly settings: Settings;
}

/**
 * Says who has a directory, and where he can be reached once he can. The file decides nothing: who has the table's
 * files open has the directory.
 */
export async function announce(dir: string, holder: Holder, endpoints?: Omit<Endpoints, "pid">): Promise<void> {
  // The access key is in it, and whoever has that can read and write the table.
  await writeJson(join(dir, FILE_NAME), { ...holder, ...endpoints }, OWNER_ONLY);
}

export async function withdraw(dir: string): Promise<void> {
  await rm(join(dir, FILE_NAME), { force: true });
}

/** What a process said of itself when it took a directory, if it still runs; undefined if nobody did. */
export async function announced(dir: string): Promise<{ holder: Holder; endpoints?: Endpoints } | undefined> {
  const path = join(dir, FILE_NAME);
  const text = await textOfFile(path);
  if (text === undefined) return undefined;
  try {
    const said: unknown = JSON.parse(text);
    const holder = holderSchema.parse(said);
    if (!isRunning(holder.pid)) return undefined;
    const { success, data } = endpointsSchema.safeParse(said);
    if (!success) return { holder };
    return { holder, endpoints: { ...data, pid: holder.pid, settings: parseSettings(data.settings, path) } };
  } catch (cause) {
    throw new Error(`${path} cannot be read. Delete it, and start sluice dev again.`, { cause });
  }
}

/**
 * Whether the process that announced these endpoints is still behind them. One that takes the connection and says
 * nothing is merely stopped, by Ctrl-Z or a debugger.
 */
export async function answers({ dynamodb, accessKey, pid }: Endpoints): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${accessKey}` };
    const response = await fetch(dynamodb, { headers, signal: AbortSignal.timeout(MAX_ANSWER_MS) });
    const greeting: unknown = await response.json();
    return JSON.stringify(greeting) === JSON.stringify(greetingOf(pid));
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError";
  }
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 reaches nobody: it only asks whether the process is there.
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
