import { unwatchFile, watchFile } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "@sluice/core";
import { readSettings, settingsPath } from "./settings-file.ts";

/** How often the file is looked at; editors put a new file in its place, which a look always sees. */
const LOOK_EVERY_MS = 500;
/** A file that is no settings may be half written: it is read once more after so long before anybody is told. */
const WRITING_MS = 300;

export interface SettingsWatcher {
  /** Sees nothing more, and resolves when a change that is being taken in is through. */
  close(): Promise<void>;
}

/**
 * Watches a directory's settings. Each edit is told once, with what is usable, or with the words for why it is not.
 *
 * @param onChange takes in new settings; the next edit waits for it
 * @param onProblem hears why the file is not usable: it is gone, or invalid
 */
export function watchSettings(
  dir: string,
  onChange: (settings: Settings) => Promise<void>,
  onProblem: (message: string) => void,
): SettingsWatcher {
  const path = settingsPath(dir);
  let last: Promise<void> = Promise.resolve();
  let isOpen = true;
  const look = async () => {
    if (!isOpen) return;
    try {
      const settings = await readSettings(dir).catch(async () => {
        await pause(WRITING_MS);
        return readSettings(dir);
      });
      if (settings === undefined) onProblem(`${path} is gone. The next start writes a new one.`);
      else if (isOpen) await onChange(settings);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const seen = () => {
    last = last.then(look);
  };
  // What watches alone keeps no process running.
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, seen);
  return {
    close: async () => {
      isOpen = false;
      unwatchFile(path, seen);
      await last;
    },
  };
}
