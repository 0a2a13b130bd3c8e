import type { Log, Settings } from "@sluice/core";
import { settingsChanges } from "../directory/settings-changes.ts";
import { type SettingsWatcher, watchSettings } from "../directory/settings-watch.ts";
import type { Sweeper } from "./sweeper.ts";

interface Followed {
  readonly log: Log;
  readonly sweeper: Pick<Sweeper, "busy" | "run">;
  /** What the world runs with now. */
  current(): Settings;
  /** What it would run with by the file's settings. */
  effective(edited: Settings): Settings;
  /** Lets it run with others, and tells other processes. */
  take(settings: Settings): Promise<void>;
}

/** Takes in edits of a directory's settings, and tells of each what changed, or why it is not taken in. */
export function followSettings(dir: string, { log, sweeper, current, effective, take }: Followed): SettingsWatcher {
  const change = async (edited: Settings) => {
    const next = effective(edited);
    const changes = settingsChanges(current(), next);
    if (changes.length === 0) return;
    await take(next);
    log({ level: "info", event: "settingsChanged", message: `${changes.join("; ")}.` });
    // It gives every lane its new limit, and refills it; one that is under way may be past the lane.
    if (sweeper.busy) await sweeper.run();
    await sweeper.run();
  };
  return watchSettings(dir, change, (problem) => {
    const message = `${problem}\n  The settings before that edit stay in use.`;
    log({ level: "error", event: "settingsNotTaken", message });
  });
}
