import { DROPS_PREFIX } from "./keys.ts";

/** Endings of what tools leave beside a file, or in its place until it is whole; whatever their case. */
const PASSING_ENDINGS = [".crc", ".filepart", ".tmp", "~"] as const;

/**
 * True for an object that is no drop, whatever is in it: a folder's marker, or what tools leave beside files. As for
 * Spark and Hadoop, a name that begins with `.` or `_` is hidden, and so is all below such a folder (`_SUCCESS`,
 * `_temporary/`, `.DS_Store`), but not the folder of a partition, such as `_day=1/`.
 *
 * @param key a key of the bucket; one that is not below `to-process/` is no drop either
 */
export function isIgnored(key: string): boolean {
  if (!key.startsWith(DROPS_PREFIX)) return true;
  const names = key.slice(DROPS_PREFIX.length).split("/");
  const file = names.pop() ?? "";
  if (file === "" || isHidden(file)) return true;
  const lower = file.toLowerCase();
  return PASSING_ENDINGS.some((ending) => lower.endsWith(ending)) || names.some(isHiddenFolder);
}

function isHidden(name: string): boolean {
  return name.startsWith(".") || name.startsWith("_");
}

function isHiddenFolder(name: string): boolean {
  return isHidden(name) && !(name.startsWith("_") && name.includes("="));
}
