import { installPlatform } from "./install.ts";

/** Brings SST's platform to `.sst/platform`, where the types of `sst` and `aws` come from. */
await installPlatform();
