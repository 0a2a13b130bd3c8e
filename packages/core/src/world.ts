import type { BatchService, Clock, Ids, JobStore, Log, Messages, ObjectStore } from "./ports.ts";
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
  clock: Clock;
  ids: Ids;
  log: Log;
}
