import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPlatform } from "../platform/install.ts";
import { root } from "../root.ts";
import type { Evaluation, Start } from "./evaluate.ts";

const MOST_OUTPUT_BYTES = 100_000_000;
/** An evaluation takes seconds; one whose program never ends says nothing by itself. */
const MOST_EVALUATION_MS = 120_000;

/**
 * Evaluates a stage in a process of its own, and brings the platform there first.
 *
 * @param start the user's changes, and the account as the deploy finds it
 * @throws Error with what the evaluation said, such as the settings' wrong fields
 */
export async function evaluated(stage: string, start: Start = {}): Promise<Evaluation> {
  await installPlatform();
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const tsx = createRequire(import.meta.url).resolve("tsx/cli");
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [tsx, main, stage, JSON.stringify(start)], {
      cwd: root,
      maxBuffer: MOST_OUTPUT_BYTES,
      timeout: MOST_EVALUATION_MS,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`The stage ${stage} could not be evaluated: ${stderr?.trim() || message}`, { cause: error });
  }
}
