export { FolderObjects, type FolderObjectsOptions } from "./folder-objects.ts";
export { KeyNotStorable } from "./keys.ts";
export type { OddOne } from "./odd-ones.ts";
