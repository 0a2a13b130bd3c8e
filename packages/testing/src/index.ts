export * from "./builders.ts";
export { type CreateFault, MemoryBatch, type MemoryJob } from "./memory/batch.ts";
export { type MemoryMessage, MemoryMessages } from "./memory/messages.ts";
export { MemoryObjects, type MemoryObjectsOptions } from "./memory/objects.ts";
export { MemoryStore } from "./memory/store.ts";
export { endJob, type JobEnd } from "./world/end-job.ts";
export { seePorts } from "./world/see-ports.ts";
export { aWorld, Crash, ManualClock, type MemoryWorld, mortal, queueJobs } from "./world/world.ts";
