import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseSettings, type Settings } from "@sluice/core";
import {
  announced,
  answers,
  DEFAULT_SLOTS,
  defaultSettings,
  type Endpoints,
  readSettings,
  settingsPath,
  tableFolder,
} from "@sluice/local/directory";
import { Failure } from "../failure.ts";

/** A world that has its directory but no endpoints yet is starting. */
const MAX_LOOKS = 100;
const LOOK_PAUSE_MS = 100;

/** What a directory runs with: its running dev's settings, its own, or what its first dev will make them. */
export async function settingsFor(dir: string): Promise<Settings> {
  const running = await runningEndpoints(dir);
  return running?.settings ?? ownSettings(dir);
}

/** What a directory that nothing runs on will run with. */
export async function ownSettings(dir: string): Promise<Settings> {
  return (await readSettings(dir)) ?? parseSettings(defaultSettings(DEFAULT_SLOTS), settingsPath(dir));
}

/** The endpoints of the dev that runs on a directory; undefined if none does. */
export async function runningEndpoints(dir: string): Promise<Endpoints | undefined> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const said = await announced(dir);
    if (said === undefined) return undefined;
    if (said.endpoints !== undefined) return (await answers(said.endpoints)) ? said.endpoints : undefined;
    const { isTaken } = await import("@sluice/local");
    if (!(await isTaken(dir))) return undefined;
    await pause(LOOK_PAUSE_MS);
  }
  throw new Failure("DevNotReady", `The sluice dev on ${dir} does not get ready.`, "Look at its output, or stop it.");
}

/** @throws Failure if nothing ever ran on the directory */
export function checkSite(dir: string): void {
  if (!existsSync(tableFolder(dir)))
    throw new Failure("NoSite", `There is no Sluice in ${dir}.`, "Start one with: sluice dev, or name another --dir.");
}
