import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RehearsalClock } from "./clock.ts";

const RUNTIME = fileURLToPath(new URL("lambda-runtime.mjs", import.meta.url));

/** What a bundled function answered: its answer, or the words of its error. */
export type Answered = { answer: unknown } | { error: string };

/**
 * A bundled function in a process of its own, as Lambda keeps one: started at the first event, one event at a time, and
 * started anew when it has died.
 */
export class RunningFunction {
  readonly name: string;
  /** Every line that the function wrote. */
  readonly lines: string[] = [];
  readonly #bundle: string;
  readonly #environment: Record<string, string>;
  readonly #clock: RehearsalClock;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<{ fits: (line: string) => boolean; resolve: () => void }>();
  #count = 0;

  constructor(name: string, bundle: string, environment: Record<string, string>, clock: RehearsalClock) {
    this.name = name;
    this.#bundle = bundle;
    this.#environment = environment;
    this.#clock = clock;
  }

  /** Hands it an event after all earlier ones. A function that dies answers with an error. */
  invoke(event: unknown): Promise<Answered> {
    const answered = this.#last.then(() => this.#invokeNow(event));
    this.#last = answered;
    return answered;
  }

  /** Resolves once the function has written a line that fits. */
  async logged(fits: (line: string) => boolean): Promise<void> {
    if (this.lines.some(fits)) return;
    await new Promise<void>((resolve) => this.#listeners.add({ fits, resolve }));
  }

  /** Kills it in the middle of whatever it does, as a timeout or a lost machine would. */
  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    this.kill();
    await exited;
  }

  async #invokeNow(event: unknown): Promise<Answered> {
    const child = this.#child ?? (await this.#start());
    const id = `${this.name}-${this.#count++}`;
    return new Promise((resolve) => {
      const onExit = () => finish({ error: `${this.name} died` });
      const onMessage = (message: { id?: string } & Answered) => {
        if (message.id === id) finish(message);
      };
      const finish = (answered: Answered) => {
        child.off("exit", onExit);
        child.off("message", onMessage);
        resolve(answered);
      };
      child.once("exit", onExit);
      child.on("message", onMessage);
      child.send({ id, event, time: this.#clock.settings });
    });
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(RUNTIME, [pathToFileURL(this.#bundle).href], {
      cwd: "/",
      execArgv: [],
      env: { PATH: process.env["PATH"], ...this.#environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#heard(line));
    const died = once(child, "exit").then(() => {
      throw new Error(`${this.name} did not start: ${this.lines.slice(-5).join("\n")}`);
    });
    await Promise.race([once(child, "message"), died]);
    died.catch(() => undefined);
    child.once("exit", () => {
      this.#child = undefined;
    });
    this.#child = child;
    return child;
  }

  #heard(line: string): void {
    this.lines.push(line);
    for (const one of this.#listeners) if (one.fits(line) && this.#listeners.delete(one)) one.resolve();
  }
}
