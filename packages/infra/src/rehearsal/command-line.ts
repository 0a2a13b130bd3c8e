import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import { root } from "../root.ts";
import type { Rehearsal } from "./rehearsal.ts";

const MAIN = join(root, "packages", "cli", "src", "main.ts");
const TIME = new URL("shifted-time.mjs", import.meta.url).href;

/** How a run of `sluice` ended. */
export interface Ran {
  code: number | null;
  /** The one JSON document on stdout. */
  document: Json;
  stderr: string;
}

/** The real `sluice`, as a user with a terminal, credentials and a folder of files runs it against a rehearsed stage. */
export class CommandLine {
  readonly #rehearsal: Rehearsal;
  readonly #folder: string;

  private constructor(rehearsal: Rehearsal, folder: string) {
    this.#rehearsal = rehearsal;
    this.#folder = folder;
  }

  static async open(rehearsal: Rehearsal): Promise<CommandLine> {
    return new CommandLine(rehearsal, await mkdtemp(join(tmpdir(), "sluice-terminal-")));
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.#folder, name), content);
  }

  /**
   * Runs one command with `--json`.
   *
   * @param environment changes the user's variables; undefined takes one away
   */
  async run(args: readonly string[], environment: Record<string, string | undefined> = {}): Promise<Ran> {
    const ours = {
      PATH: process.env["PATH"],
      // No profile of whoever runs the tests, and no search for the role of a machine in EC2.
      HOME: this.#folder,
      USERPROFILE: this.#folder,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "user",
      AWS_SECRET_ACCESS_KEY: "user",
      REHEARSAL_TIME: JSON.stringify(this.#rehearsal.clock.settings),
      ...this.#rehearsal.endpointVariables,
    };
    const imports = [import.meta.resolve("tsx"), TIME].flatMap((module) => ["--import", module]);
    const child = spawn(process.execPath, [...imports, MAIN, ...args, "--json"], {
      cwd: this.#folder,
      env: { ...ours, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const [code] = await once(child, "close");
    try {
      return { code, document: JSON.parse(stdout), stderr };
    } catch {
      throw new Error(`sluice ${args.join(" ")} ended with ${code} and no JSON document: ${stdout}${stderr}`);
    }
  }
}
