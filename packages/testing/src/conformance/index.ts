export { type BatchMakeOptions, type BatchUnderTest, batchConformance } from "./batch.ts";
export { type ObjectsCapabilities, type ObjectsUnderTest, objectsConformance } from "./objects.ts";
export { type MakeStore, storeConformance } from "./store.ts";
