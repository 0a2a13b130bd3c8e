import type { BatchService } from "./ports/batch.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { Log } from "./ports/log.ts";
import type { Messages } from "./ports/messages.ts";
import type { ObjectStore } from "./ports/objects.ts";
import type { Quotas } from "./ports/quotas.ts";
import type { Store } from "./ports/store.ts";
import type { Settings } from "./settings/settings.ts";
import type { Timings } from "./timings.ts";

/** Everything that a move needs: the ports, and what this stage is. */
export interface World {
  stage: string;
  settings: Settings;
  /** Grows with each change of the settings, such as the time of it; 0 where it is left out. Older ones change no limit. */
  settingsVersion?: number;
  timings: Timings;
  store: Store;
  batch: BatchService;
  objects: ObjectStore;
  messages: Messages;
  /** A world whose settings name no quota needs none; where one is named all the same, it counts as unreadable. */
  quotas?: Quotas;
  clock: Clock;
  ids: Ids;
  log: Log;
}
