import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "../root.ts";

/** Where SST keeps its platform and what it builds; never committed. */
export const work = join(root, ".sst");
export const platform = join(work, "platform");

/** An install takes seconds with bun and under a minute without; whoever holds the lock longer is dead. */
const MOST_INSTALL_MS = 5 * 60_000;
const LOCK_POLL_MS = 200;

/**
 * Unpacks SST's platform into `.sst/platform` and installs its packages, unless the pinned version is there. Several
 * processes may ask at once: one installs, the others wait.
 *
 * @throws Error with the installer's output if it fails
 */
export async function installPlatform(): Promise<void> {
  if (isInstalled()) return;
  await mkdir(work, { recursive: true });
  const lock = await takeLock(join(work, "install.lock"));
  try {
    if (!isInstalled()) await runInstaller();
  } finally {
    await lock.release();
  }
}

/** The version of the sst package that the workspace pins. */
function pinnedVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules", "sst", "package.json"), "utf8"));
  return String(version);
}

function isInstalled(): boolean {
  const versionFile = join(platform, "version");
  const isComplete = ["node_modules/@pulumi/aws/package.json", "node_modules/@pulumi/pulumi/package.json"].every(
    (file) => existsSync(join(platform, file)),
  );
  const hasLock = existsSync(join(work, "provider-lock.json"));
  return (
    isComplete && hasLock && existsSync(versionFile) && readFileSync(versionFile, "utf8").trim() === pinnedVersion()
  );
}

async function runInstaller(): Promise<void> {
  const bun = join(createRequire(import.meta.url).resolve("bun/package.json"), "..", "bin", "bun.exe");
  const environment = {
    ...process.env,
    // npm's bun: the installer would download one otherwise.
    SST_BUN_PATH: bun,
    SST_SKIP_DEPENDENCY_CHECK: "1",
    SST_TELEMETRY_DISABLED: "1",
  };
  const sst = join(root, "node_modules", ".bin", "sst");
  try {
    await promisify(execFile)(sst, ["install", "--stage", "ci"], { cwd: root, env: environment });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `SST's platform could not be installed into ${platform}. It comes from the npm registry: check the network, delete .sst and try again.\n${stdout}${stderr}`,
      { cause: error },
    );
  }
  if (!isInstalled())
    throw new Error(`sst install left no complete platform in ${platform}. Delete .sst and try again.`);
}

async function takeLock(path: string): Promise<{ release(): Promise<void> }> {
  const until = Date.now() + MOST_INSTALL_MS;
  while (Date.now() < until) {
    try {
      const file = await open(path, "wx");
      return { release: () => file.close().then(() => rm(path, { force: true })) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const held = await stat(path).catch(() => undefined);
      if (held !== undefined && Date.now() - held.mtimeMs > MOST_INSTALL_MS) await rm(path, { force: true });
      else await sleep(LOCK_POLL_MS);
    }
  }
  throw new Error(`Another process has held ${path} for too long. If none is installing, delete it and try again.`);
}
