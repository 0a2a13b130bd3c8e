import { join } from "node:path";
import { DROPS_PREFIX, type LogEntry, printable, type Settings } from "@sluice/core";
import { routeWarning } from "../look/route-folder.ts";
import { colors, type Output } from "../output.ts";
import { logLine, timed } from "../view/log-line.ts";

/** What is said although nothing is wrong. */
const NEWS = new Set(["settingsChanged", "responderAnswers", "dropRepeated"]);
/** How many drops are known by name; of an older one a line has the id. */
const MOST_NAMED = 10_000;
/** What the passes of a local world do as a matter of course, and no news. */
const NO_NEWS = new Set(["swept", "lostDropsFound", "endFoundFirst"]);

/** What `sluice dev` says of what happens: a line for a drop and one for its end, and whatever is wrong. */
export class DevLog {
  readonly #output: Output;
  readonly #dir: string;
  readonly #verbose: boolean;
  /** What is said before the greeting would be lost above it. */
  readonly #early: [LogEntry, number][] = [];
  #settings: (() => Settings) | undefined;
  /** When drops were taken in, in epoch milliseconds, by submission. */
  readonly #takenAt = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #submissions = new Map<string, string>();

  constructor(output: Output, options: { dir: string; verbose: boolean }) {
    this.#output = output;
    this.#dir = options.dir;
    this.#verbose = options.verbose;
  }

  /** From now on everything is said at once, and what came before. */
  begin(settings: () => Settings): void {
    this.#settings = settings;
    for (const [entry, at] of this.#early.splice(0)) this.#say(entry, at);
  }

  see(entry: LogEntry, at: number): void {
    if (this.#settings === undefined) this.#early.push([entry, at]);
    else this.#say(entry, at);
  }

  #say(entry: LogEntry, at: number): void {
    this.#remember(entry);
    const line = this.#verbose ? logLine(entry, at, this.#nameOf(entry)) : this.#lineOf(entry, at);
    if (line !== undefined) this.#output.note(line);
    const { event, key } = entry;
    const warning =
      (event === "planned" || event === "refused") && key !== undefined && this.#settings !== undefined
        ? routeWarning(this.#settings(), key)
        : undefined;
    if (warning !== undefined) this.#output.note(timed(at, `${colors.yellow("warning")} ${printable(warning)}`));
  }

  #lineOf(entry: LogEntry, at: number): string | undefined {
    const { level, event, submissionId = "", key = "" } = entry;
    const name = colors.bold(printable(key.slice(DROPS_PREFIX.length)));
    if (event === "planned") {
      this.#takenAt.set(submissionId, at);
      return timed(at, `${name} ${takenWords(entry)}`);
    }
    if (event === "refused") return timed(at, `${name} ${colors.red("refused")}: ${printable(entry.message ?? "")}`);
    if (event === "submissionDone") return this.#endLine(entry, at, name);
    if (level === "info" && !NEWS.has(event)) return undefined;
    return NO_NEWS.has(event) ? undefined : logLine(entry, at, this.#nameOf(entry));
  }

  #endLine({ submissionId = "", results = 0, errors = 0, prefix = "" }: LogEntry, at: number, name: string) {
    const takenAt = this.#takenAt.get(submissionId);
    this.#takenAt.delete(submissionId);
    const words = `${results} results, ${errors} errors`;
    const shown = errors === 0 ? colors.green(`done: ${words}`) : endWords(results, words);
    const elapsed = takenAt === undefined ? "" : ` in ${Math.max(1, Math.round((at - takenAt) / 1_000))} s`;
    return timed(at, `${name} ${shown}${elapsed}, in ${printable(join(this.#dir, "bucket", prefix))}`);
  }

  #remember({ jobId, submissionId, key }: LogEntry): void {
    if (submissionId === undefined) return;
    if (key !== undefined) keep(this.#names, submissionId, key);
    if (jobId !== undefined) keep(this.#submissions, jobId, submissionId);
  }

  #nameOf({ jobId = "", submissionId, key }: LogEntry): string | undefined {
    const name = key ?? this.#names.get(submissionId ?? this.#submissions.get(jobId) ?? "");
    return name?.slice(DROPS_PREFIX.length);
  }
}

function takenWords({ count = 0, records = 0, errors = 0, lane }: LogEntry): string {
  const broken = errors === 0 ? "" : ` (${errors} of them broken)`;
  return `taken in: ${records} records${broken} in ${count === 1 ? "1 job" : `${count} jobs`} on lane ${lane}`;
}

function endWords(results: number, words: string): string {
  return results === 0 ? colors.red(`ended without any result: ${words}`) : colors.yellow(`done: ${words}`);
}

function keep(names: Map<string, string>, id: string, name: string): void {
  names.set(id, name);
  const [oldest] = names.keys();
  if (names.size > MOST_NAMED && oldest !== undefined) names.delete(oldest);
}
