import type { BatchService, Clock, Ids, JobStore, Log, Messages, ObjectStore, Quotas } from "./ports.ts";
import type { Settings } from "./settings/settings.ts";
import type { Timings } from "./timings.ts";

/** Everything that a move needs: the ports, and what this stage is. */
export interface World {
  stage: string;
  settings: Settings;
  timings: Timings;
  store: JobStore;
  batch: BatchService;
  objects: ObjectStore;
  messages: Messages;
  /** A world whose settings name no quota needs none; where one is named all the same, it counts as unreadable. */
  quotas?: Quotas;
  clock: Clock;
  ids: Ids;
  log: Log;
}
