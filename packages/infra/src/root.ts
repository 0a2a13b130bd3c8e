import { fileURLToPath } from "node:url";

/** The repository's root, where sst.config.ts lies. */
export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");
