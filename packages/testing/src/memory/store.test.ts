import { storeConformance } from "../conformance/store.ts";
import { MemoryStore } from "./store.ts";

storeConformance("MemoryStore", async () => ({ store: new MemoryStore() }));
