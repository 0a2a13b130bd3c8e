export * from "./directory/directory.ts";
export { type EmbeddedTable, LOCAL_TABLE, openTable, tableClient } from "./directory/table.ts";
export { TableLocked } from "./directory/table-store.ts";
export { isTaken } from "./directory/take.ts";
export type { DeadLetter } from "./messages/queue.ts";
export { LocalQueues } from "./messages/queues.ts";
export { composeWorld, LOCAL_STAGE, localBatch, type WorldOptions } from "./world/compose.ts";
export { seenSettingsVersion } from "./world/settings-version.ts";
export { type LocalWorld, type LocalWorldOptions, openBucket, startLocalWorld } from "./world/start.ts";
