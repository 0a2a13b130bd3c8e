import { defaultTimings, isBlocked, type Lanes, longestBlocks, type Store } from "@sluice/core";
import type { Agenda } from "../schedule/agenda.ts";
import { MINUTE_MS } from "../script/script.ts";
import { Violation } from "./violation.ts";

/** A run that read the lane before it was blocked may still ask: the longest stall, and its calls. */
const ASKS_STILL_MS = 7 * MINUTE_MS;

/** Whoever is ahead of the time may think that the block is over. */
const CLOCKS_OFF_MS = MINUTE_MS;

const LONGEST = longestBlocks(defaultTimings);

/** Remembers what came when on a lane: its block, the end of a job that should lift it, a call that it should prevent. */
export class LaneBlocks {
  readonly #agenda: Agenda;
  readonly #blockedAt = new Map<string, number>();
  readonly #takenInAt = new Map<string, number>();
  #clocksAreRight = true;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  /** The same store; it is remembered when lanes are blocked, and a blocked lane may give no slots. */
  watch(store: Store): Store {
    const lanes: Lanes = {
      ...store.lanes,
      block: (lane, block) => {
        this.#blockedAt.set(lane, this.#agenda.now);
        return store.lanes.block(lane, block);
      },
      claimSlot: async (lane, jobId, now, longest) => {
        const won = await store.lanes.claimSlot(lane, jobId, now, longest);
        const row = won ? await store.lanes.get(lane) : undefined;
        if (row !== undefined && isBlocked(row, now, longest))
          throw new Violation(
            "a blocked lane waits",
            `${lane} is blocked (${row.block?.kind}), and ${jobId} won a slot.`,
          );
        return won;
      },
    };
    return { ...store, lanes };
  }

  /** There is an instance that does not know what time it is: to it no block is one. */
  distrustClocks(): void {
    this.#clocksAreRight = false;
  }

  /** The table became what it was, blocks included. */
  restored(): void {
    for (const lane of this.#blockedAt.keys()) this.#blockedAt.set(lane, this.#agenda.now);
  }

  /** The end of a job of this lane was taken in by an instance that began at this time. */
  takenIn(lane: string, startedAt: number): void {
    this.#takenInAt.set(lane, Math.max(startedAt, this.#takenInAt.get(lane) ?? 0));
  }

  /** True if the lane's block is older than an end that was taken in. */
  outlives(lane: string): boolean {
    return (this.#takenInAt.get(lane) ?? 0) > (this.#blockedAt.get(lane) ?? Number.POSITIVE_INFINITY);
  }

  /** Bedrock is asked for a job of this lane: it must not have been blocked for long. */
  async checkAsked(store: Store, lane: string): Promise<void> {
    if (!this.#clocksAreRight) return;
    const { now } = this.#agenda;
    const row = await store.lanes.get(lane);
    const blockedAt = this.#blockedAt.get(lane) ?? Number.POSITIVE_INFINITY;
    if (row !== undefined && isBlocked(row, now + CLOCKS_OFF_MS, LONGEST) && now - blockedAt > ASKS_STILL_MS)
      throw new Violation("a blocked lane waits", `${lane} is blocked (${row.block?.kind}), and Bedrock is asked.`);
  }
}
