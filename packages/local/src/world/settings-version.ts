import type { Store } from "@sluice/core";

/** The newest settings that any lane of the table has seen; 0 for a new table. */
export async function seenSettingsVersion(store: Store): Promise<number> {
  return Math.max(0, ...(await store.lanes.all()).map(({ settingsVersion }) => settingsVersion));
}

/**
 * The version of a world that starts now: newer than all that went before, also where the clock was set back, for a
 * directory has one world at a time and it has read its settings just now.
 *
 * @param now epoch milliseconds
 */
export async function nextSettingsVersion(store: Store, now: number): Promise<number> {
  return Math.max(now, (await seenSettingsVersion(store)) + 1);
}
