export { composeWorld, LOCAL_STAGE, type WorldParts } from "./compose.ts";
export * from "./directory.ts";
export { type Lock, takeLock } from "./lock.ts";
export type { DeadLetter } from "./queue.ts";
export { LocalQueues } from "./queues.ts";
export { type LocalWorld, type LocalWorldOptions, openBucket, startLocalWorld } from "./start.ts";
export { LOCAL_TABLE, openTable, tableClient } from "./table.ts";
