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

/** The words of a command line, after variables of its environment where it needs any. */
type Args = string[] | [Record<string, string>, ...string[]];

/** Starts the command in a folder; nothing of the caller's terminal or colours reaches it. */
export function start(cwd: string, ...args: Args): { child: ChildProcess; ended: Promise<Ran>; said: Ran } {
  const [first, ...others] = args;
  const [variables, words] = typeof first === "object" ? [first, others] : [{}, args];
  const { FORCE_COLOR: _, DEBUG: __, CI: ___, SLUICE_CALLED_AS: ____, SLUICE_STAGE: _____, ...ours } = process.env;
  const env = { ...ours, ...variables };
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, MAIN, ...words] as string[], {
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
