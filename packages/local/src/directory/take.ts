import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { announce, announced } from "./endpoints.ts";
import { DirectoryHeld, type Holder, tableFolder } from "./held.ts";
import { type EmbeddedTable, openTable, type TableOptions } from "./table.ts";
import { TableFiles, TableLocked } from "./table-store.ts";

/** A command that only looks has the table open for moments, and one that starts says its name within moments. */
const MAX_TRIES = 100;
const PAUSE_MS = 100;

/**
 * Takes a directory for this process by opening its table, and says so. The lock on the table's files is LevelDB's: the
 * system gives it back the moment its holder is no more, however that ended.
 *
 * @throws DirectoryHeld
 */
export async function takeDirectory(dir: string, holder: Holder, options: TableOptions): Promise<EmbeddedTable> {
  const table = await openWhenFree(dir, options);
  try {
    await announce(dir, holder);
  } catch (error) {
    await table.close();
    throw error;
  }
  return table;
}

async function openWhenFree(dir: string, options: TableOptions): Promise<EmbeddedTable> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    try {
      return await openTable(tableFolder(dir), options);
    } catch (error) {
      if (!(error instanceof TableLocked)) throw error;
    }
    const said = await announced(dir);
    if (said !== undefined) throw new DirectoryHeld(dir, said.holder);
    await pause(PAUSE_MS);
  }
  throw new DirectoryHeld(dir);
}

/** Whether any process has a directory's table open now. */
export async function isTaken(dir: string): Promise<boolean> {
  if (!existsSync(tableFolder(dir))) return false;
  try {
    const { files } = await TableFiles.open(tableFolder(dir), () => {});
    await files.close();
    return false;
  } catch (error) {
    if (error instanceof TableLocked) return true;
    throw error;
  }
}
