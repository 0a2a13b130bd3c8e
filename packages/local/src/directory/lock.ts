import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";

const LOCK_NAME = "lock";
/** How long a holder has to say its token; one that is stopped by Ctrl-Z takes the connection and says nothing. */
const MAX_ANSWER_MS = 1_000;
/** How often a lock that somebody else gives back or takes meanwhile is tried again. */
const MAX_TRIES = 100;
const PAUSE_MS = 100;
/** Stands for the token of a file that is no lock. */
const UNREADABLE = "unreadable";

const holderSchema = z.object({
  pid: z.int(),
  /** What the process is doing, in words: `sluice dev`. */
  purpose: z.string(),
  /** True if it gives the directory back within moments: worth waiting for. */
  momentary: z.boolean(),
  /** A loopback port on which the holder says its token for as long as it lives. */
  port: z.int(),
  token: z.string(),
});

/** Who holds a directory. */
export type Holder = z.infer<typeof holderSchema>;

/** Another process has the directory. */
export class DirectoryHeld extends Error {
  constructor(
    dir: string,
    readonly holder: Holder,
  ) {
    super(
      `${dir} is in use by ${holder.purpose} (process ${holder.pid}), and only one process at a time may run on it. ` +
        `Stop that one (kill ${holder.pid}), or give this one another directory with --dir.`,
    );
    this.name = "DirectoryHeld";
  }
}

export interface Lock {
  readonly token: string;
  release(): Promise<void>;
}

/**
 * Takes a directory for this process, and makes it if it is not there. A process id alone proves nothing, for a dead
 * holder's may belong to another process by now: so the holder listens on a port and says a token, and a lock whose
 * token nobody says is a dead one's and is taken over.
 *
 * @throws DirectoryHeld
 */
export async function takeLock(dir: string, purpose: string, options: { momentary?: boolean } = {}): Promise<Lock> {
  await mkdir(dir, { recursive: true });
  const token = randomUUID();
  const server = await saying(token);
  const holder: Holder = {
    pid: process.pid,
    purpose,
    momentary: options.momentary ?? false,
    port: (server.address() as AddressInfo).port,
    token,
  };
  try {
    await place(dir, holder);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    token,
    release: async () => {
      if ((await tokenAt(join(dir, LOCK_NAME))) === token) await rm(join(dir, LOCK_NAME), { force: true });
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The living holder of a directory; undefined if nobody has it. */
export async function holderOf(dir: string): Promise<Holder | undefined> {
  const holder = await readHolder(join(dir, LOCK_NAME));
  return holder !== undefined && (await lives(holder)) ? holder : undefined;
}

/** A dead one's lock, and where it lies. */
interface Dead {
  path: string;
  token: string;
}

/**
 * Links the holder's draft into place. Who follows a dead one is decided by the file that is named after its token:
 * one can make it, and moves it to the lock's own place if the dead one is still there.
 */
async function place(dir: string, holder: Holder): Promise<void> {
  const lock = join(dir, LOCK_NAME);
  const draft = `${lock}.${holder.token}.draft`;
  await writeFile(draft, `${JSON.stringify(holder, undefined, 2)}\n`);
  try {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const found = await walk(lock);
      if ("living" in found) {
        if (!found.living.momentary) throw new DirectoryHeld(dir, found.living);
        await pause(PAUSE_MS);
      } else if (await linked(draft, found.free)) {
        if (found.free === lock) return;
        if (await stillThere(found.dead)) {
          await rename(found.free, lock);
          for (const { path } of found.dead.slice(1)) await rm(path, { force: true });
          return;
        }
        await rm(found.free, { force: true });
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new Error(`${lock} could not be taken: other processes take it again and again. Stop them, then try again.`);
}

/** Goes from a dead one's lock to that of whoever began to follow it, and so on: to a living holder, or a free place. */
async function walk(lock: string): Promise<{ living: Holder } | { free: string; dead: Dead[] }> {
  const dead: Dead[] = [];
  let path = lock;
  for (let step = 0; step < MAX_TRIES; step++) {
    const token = await tokenAt(path);
    if (token === undefined) return { free: path, dead };
    const holder = await readHolder(path);
    if (holder !== undefined && (await lives(holder))) return { living: holder };
    dead.push({ path, token });
    path = `${lock}.${token}`;
  }
  throw new Error(`${lock} has more followers than there can be. Delete ${lock}* while nothing runs there.`);
}

async function stillThere(dead: readonly Dead[]): Promise<boolean> {
  for (const { path, token } of dead) if ((await tokenAt(path)) !== token) return false;
  return true;
}

/** The token of the lock at a path, whoever wrote it; undefined if there is none. */
async function tokenAt(path: string): Promise<string | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : (parseHolder(text)?.token ?? UNREADABLE);
}

/** True if `path` is now this file; false if there was one already. */
async function linked(from: string, path: string): Promise<boolean> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : parseHolder(text);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // A lock is linked into place whole, so this is none of ours.
    return undefined;
  }
}

async function saying(token: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(token);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // The lock alone keeps no process running.
  server.unref();
  return server;
}

async function lives(holder: Holder): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", port: holder.port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    // It took the connection, so something lives there, and its process may merely be stopped: leave it alone.
    socket.setTimeout(MAX_ANSWER_MS, () => settle(isRunning(holder.pid)));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.on("end", () => settle(said === holder.token));
    socket.on("error", () => settle(false));
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
