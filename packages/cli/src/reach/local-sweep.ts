import { setTimeout as pause } from "node:timers/promises";
import { type Log, sweep } from "@sluice/core";
import { composeWorld, type Endpoints, LocalQueues, openBucket, seenSettingsVersion, tableClient } from "@sluice/local";

/** How long the messages of a sweep are worked on here; the rest is left to the schedule of the running dev. */
const MAX_DRAIN_MS = 60_000;
const POLL_MS = 20;

/** What a sweep did. */
export interface Swept {
  lanes: number;
  repaired: number;
  messages: number;
  /** True if all messages were worked through here. */
  drained: boolean;
}

/** Sweeps the world of a running dev from this process, and works through the messages that come of it. */
export async function sweepNow(dir: string, endpoints: Endpoints, onLog: Log): Promise<Swept> {
  const swept: Swept = {
    lanes: Object.keys(endpoints.settings.lanes).length,
    repaired: 0,
    messages: 0,
    drained: false,
  };
  const log: Log = (entry) => {
    if (entry.event === "lostEventRepaired") swept.repaired++;
    onLog(entry);
  };
  const queues: LocalQueues = new LocalQueues(async () => world, log, Date.now);
  const objects = await openBucket(dir);
  const { world, close } = composeWorld({
    ...endpoints,
    table: tableClient(endpoints.dynamodb, endpoints.accessKey),
    ...{ objects, messages: queues, log },
  });
  try {
    // The settings are those of the running dev, so they are as new as what it has stored.
    world.settingsVersion = await seenSettingsVersion(world.store);
    const [failure] = await sweep(world);
    const until = Date.now() + MAX_DRAIN_MS;
    while (queues.busy + queues.delayed > 0 && Date.now() < until) await pause(POLL_MS);
    swept.drained = queues.busy + queues.delayed === 0;
    swept.messages = queues.sent;
    if (failure !== undefined) throw failure.error;
  } finally {
    await queues.close();
    close();
  }
  return swept;
}
