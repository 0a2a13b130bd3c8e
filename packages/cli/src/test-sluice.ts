/* Runs `sluice` as a user does: as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

/** How a run ended, and what it said. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command in a folder; nothing of the caller's terminal or colours reaches it. */
export function start(cwd: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ran>; said: Ran } {
  const { FORCE_COLOR: _, DEBUG: __, CI: ___, ...env } = process.env;
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, MAIN, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk) => {
    said.stderr += chunk;
  });
  const ended = once(child, "close").then(([code]) => Object.assign(said, { code }));
  return { child, ended, said };
}

/** Runs the command to its end. */
export function sluice(cwd: string, ...args: string[]): Promise<Ran> {
  return start(cwd, ...args).ended;
}
