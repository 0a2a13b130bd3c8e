import { setTimeout as pause } from "node:timers/promises";
import { DROPS_PREFIX, submissionIdOf, type World } from "@sluice/core";

/** How often a world is asked whether it is idle: a question to the table, so not more often. */
const POLL_MS = 50;
/** Pages of 1,000 drops that one look reads at most. */
const MAX_PAGES = 1_000;

/** Tells when every object below `to-process/` is a submission that has ended, and nothing else is under way. */
export class Idleness {
  readonly #world: World;
  readonly #busy: () => boolean;
  /** Submissions that were seen to have ended: they stay so. */
  readonly #ended = new Set<string>();

  /** @param busy whether a message is due or a move under way */
  constructor(world: World, busy: () => boolean) {
    this.#world = world;
    this.#busy = busy;
  }

  /** Resolves when the world is idle; rejects with the signal's reason if that is aborted first. */
  async reached(signal?: AbortSignal): Promise<void> {
    while (!(await this.#isIdle())) await pause(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }

  async #isIdle(): Promise<boolean> {
    if (this.#busy()) return false;
    const { store } = this.#world;
    if ((await store.submissions.unfinished(1)).items.length > 0) return false;
    if ((await store.jobs.uncollected(1)).items.length > 0) return false;
    return (await this.#dropsHaveEnded()) && !this.#busy();
  }

  async #dropsHaveEnded(): Promise<boolean> {
    const { store, objects } = this.#world;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const listed = await objects.list(DROPS_PREFIX, cursor);
      for (const object of listed.items) {
        const submissionId = submissionIdOf(objects.bucket, object);
        if (this.#ended.has(submissionId)) continue;
        const status = (await store.submissions.get(submissionId))?.status;
        if (status === undefined || status === "Planning" || status === "Open") return false;
        this.#ended.add(submissionId);
      }
      cursor = listed.cursor;
      if (cursor === undefined) return true;
    }
    return false;
  }
}
