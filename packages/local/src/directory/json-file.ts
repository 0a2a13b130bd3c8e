import { readFile, rename, rm, writeFile } from "node:fs/promises";

/** The rights of a file that is nobody's to read but its owner's. */
export const OWNER_ONLY = 0o600;

/** Writes a value as JSON, whole or not at all; without `mode` with the rights that the process gives. */
export async function writeJson(path: string, value: unknown, mode?: number): Promise<void> {
  const draft = `${path}.new`;
  // A draft that was there already would keep its own rights.
  await rm(draft, { force: true });
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  await writeFile(draft, text, { flag: "wx", ...(mode !== undefined && { mode }) });
  await rename(draft, path);
}

/** The text of a file; undefined if it is not there. */
export async function textOfFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
