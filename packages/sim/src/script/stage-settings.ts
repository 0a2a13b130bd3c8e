import type { Settings } from "@sluice/core";
import { Chance } from "../schedule/chance.ts";
import { settingsOf } from "./rows.ts";
import { BEGIN, type LaneScript, MINUTE_MS, type Script } from "./script.ts";

/** So long after a deploy an instance may still begin with the settings of before. */
const MOST_LAG_MS = 2 * MINUTE_MS;
/** And one that began with them may still create what it has claimed: the longest stall, a lease and its calls. */
const OLD_STILL_MS = 10 * MINUTE_MS;

/** The settings of a stage that is deployed again and again. */
export class StageSettings {
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  /** What an instance has read that begins at a time, in epoch milliseconds; some begin with those of before. */
  readBy(instance: string, now: number): { settings: Settings; settingsVersion: number } {
    const chance = new Chance(this.#script.seed, `settings of ${instance}`);
    const lagMs = chance.happens(0.3) ? MOST_LAG_MS * chance.fraction() : 0;
    const version = this.#changesAt(now - lagMs).length;
    return { settings: settingsOf(this.#script, this.#lanesAt(version)), settingsVersion: version };
  }

  /** A lane as the newest settings have it, with the highest limit that somebody may still work with. */
  laneNow(script: LaneScript, now: number): LaneScript {
    const newest = this.#changesAt(now).length;
    const oldest = this.#changesAt(now - OLD_STILL_MS).length;
    const versions = Array.from({ length: newest - oldest + 1 }, (_, n) => this.#lanesAt(oldest + n));
    const own = versions.flatMap((lanes) => lanes.filter(({ modelId }) => modelId === script.modelId));
    return { ...script, ...own.at(-1), limit: Math.max(...own.map(({ limit }) => limit)) };
  }

  /** True if everybody has worked with the same settings for long. */
  isSteady(now: number): boolean {
    return this.#changesAt(now).length === this.#changesAt(now - OLD_STILL_MS).length;
  }

  #changesAt(now: number) {
    return (this.#script.changes ?? []).filter(({ atMs }) => BEGIN + atMs <= now);
  }

  #lanesAt(version: number): LaneScript[] {
    const changes = (this.#script.changes ?? []).slice(0, version);
    return this.#script.lanes.map((lane) => {
      const last = changes.findLast((change) => change.lane === lane.name);
      return last === undefined ? lane : { ...lane, name: last.name, limit: last.limit };
    });
  }
}
