import type { Stats } from "node:fs";
import { relative, sep } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DROPS_PREFIX, isIgnored, type Log, type Store, submissionIdOf } from "@sluice/core";
import type { FolderObjects } from "@sluice/emulator";
import { type FSWatcher, watch } from "chokidar";
import { createdNotification } from "./notification.ts";
import { OddDrops } from "./odd-drops.ts";

/** How often the size of a file that is being written is looked at, as a share of the time it must rest. */
const POLLS_WHILE_RESTING = 5;
/** How often a pass comes back for files that were being written when it met them. */
const MAX_ROUNDS = 100;
/** Pages of 1,000 objects that one pass reads at most. */
const MAX_PAGES = 1_000;

export interface DropOptions {
  readonly objects: FolderObjects;
  readonly store: Store;
  /** A file that was not written to for so long is whole, in milliseconds. */
  readonly restMs: number;
  readonly now: () => number;
  readonly notify: (body: string, sizeBytes: number) => void;
  readonly log: Log;
}

/** Tells of new objects below `to-process/`, as S3's notifications do: by watching, and by passing over all of them. */
export class Drops {
  readonly #options: DropOptions;
  /** Submissions that were told of or are under way, and need no further look; some 100 bytes each. */
  readonly #known = new Set<string>();
  readonly #odd: OddDrops;
  #watcher: FSWatcher | undefined;
  #resuming: Promise<void> | undefined;
  #isOpen = true;

  constructor(options: DropOptions) {
    this.#options = options;
    this.#odd = new OddDrops(options.log);
  }

  /** Resolves when every later change will be seen. */
  async watch(): Promise<void> {
    const { objects, restMs, log } = this.#options;
    const watcher = watch(`${objects.directory}${sep}${DROPS_PREFIX.slice(0, -1)}`, {
      ignoreInitial: true,
      // Its default leaves out names that look like an editor's, and those are keys too.
      atomic: false,
      // A link to a folder would have all of that folder watched, and one to its own folder has no end.
      followSymlinks: false,
      awaitWriteFinish: { stabilityThreshold: restMs, pollInterval: Math.ceil(restMs / POLLS_WHILE_RESTING) },
    });
    this.#watcher = watcher;
    const seen = (path: string, stats?: Stats) =>
      void this.#see(relative(objects.directory, path).split(sep).join("/"), stats?.size ?? Number.POSITIVE_INFINITY);
    watcher.on("add", seen).on("change", seen);
    watcher.on("error", (error) => {
      // Of a link in a circle the pass knows better words.
      if (error instanceof Error && "code" in error && error.code === "ELOOP") void this.#tellOdd();
      else
        log({ level: "warn", event: "watchFailed", message: `${String(error)}. A sweep finds what is dropped there.` });
    });
    await new Promise<void>((resolve) => watcher.once("ready", resolve));
  }

  /** True while files that an earlier process was writing, or that are being written, are waited for. */
  get busy(): boolean {
    return this.#resuming !== undefined;
  }

  /** Looks at every object below `to-process/`, and tells of those that are no submission yet. */
  async pass(): Promise<void> {
    await this.#passOnce(false);
    await this.#tellOdd();
  }

  /**
   * The first pass: it also tells of submissions whose plan was interrupted, and comes back for files that are still
   * being written, because whoever wrote them may have ended before the watcher began.
   */
  async resume(): Promise<void> {
    await this.#tellOdd();
    if ((await this.#passOnce(true)) > 0)
      this.#resuming = this.#comeBack().finally(() => {
        this.#resuming = undefined;
      });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#watcher?.close();
    await this.#resuming;
  }

  async #comeBack(): Promise<void> {
    try {
      for (let round = 0; round < MAX_ROUNDS && this.#isOpen; round++) {
        await pause(this.#options.restMs);
        if (this.#isOpen && (await this.#passOnce(false)) === 0) return;
      }
    } catch (error) {
      this.#options.log({ level: "error", event: "passFailed", message: String(error) });
    }
  }

  async #passOnce(resume: boolean): Promise<number> {
    const { objects, store, restMs, now } = this.#options;
    let young = 0;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && this.#isOpen; page++) {
      const listed = await objects.list(DROPS_PREFIX, cursor);
      for (const object of listed.items) {
        if (isIgnored(object.key)) continue;
        const submissionId = submissionIdOf(objects.bucket, object);
        if (this.#known.has(submissionId)) continue;
        const ageMs = now() - object.lastModified;
        const status = (await store.submissions.get(submissionId))?.status;
        if (status === undefined && ageMs >= 0 && ageMs < restMs) {
          young++;
          continue;
        }
        if (status === undefined || (resume && status === "Planning")) this.#notify(object.key, object.sizeBytes);
        else if (status === "Planning") continue;
        this.#known.add(submissionId);
      }
      cursor = listed.cursor;
      if (cursor === undefined) break;
    }
    return young;
  }

  async #see(key: string, sizeBytes: number): Promise<void> {
    if (!(await this.#tellOdd(key))) this.#notify(key, sizeBytes);
  }

  /** True if there is anything below the prefix, or at the key, that is no object. */
  async #tellOdd(prefix = DROPS_PREFIX): Promise<boolean> {
    const { objects, log } = this.#options;
    try {
      return await this.#odd.tell(objects.oddOnes(prefix));
    } catch (error) {
      log({ level: "error", event: "passFailed", message: String(error) });
      return false;
    }
  }

  #notify(key: string, sizeBytes: number): void {
    const { objects, now, notify } = this.#options;
    if (this.#isOpen) notify(createdNotification(objects.bucket, key, now()), sizeBytes);
  }
}
