import { rename } from "node:fs/promises";
import db, { type LevelWithCallbacks, type TableStore } from "dynalite/db/index.js";

/** A disk that was full may have room again: so long after a failure the files are opened anew. */
const REOPEN_PAUSE_MS = 500;

/** LevelDB lets one process at a time open the table's files, and has another one. */
export class TableLocked extends Error {
  constructor(folder: string) {
    super(`The table in ${folder} is open in another process.`);
    this.name = "TableLocked";
  }
}

/** The files of a table, open: LevelDB's lock on them is held until `close`, or until the process is no more. */
export class TableFiles {
  readonly #folder: string;
  readonly #onProblem: (problem: unknown) => void;
  #store: TableStore;
  #isOpen = true;
  #reopening: Promise<void> | undefined;
  #failedAt = 0;

  private constructor(folder: string, onProblem: (problem: unknown) => void, store: TableStore) {
    this.#folder = folder;
    this.#onProblem = onProblem;
    this.#store = store;
  }

  /**
   * Opens the files, and makes them if they are not there. Files that LevelDB cannot read any more are moved aside:
   * `movedTo` says where.
   *
   * @param onProblem hears of what is no refusal: once of a disk that fails, until it works again
   * @throws TableLocked
   */
  static async open(
    folder: string,
    onProblem: (problem: unknown) => void,
  ): Promise<{ files: TableFiles; movedTo?: string }> {
    try {
      return { files: new TableFiles(folder, onProblem, await opened(folder)) };
    } catch (error) {
      if (error instanceof TableLocked) throw error;
      if (!isDamaged(error)) throw unusable(folder, error);
      const movedTo = `${folder}.damaged-${Date.now()}`;
      await rename(folder, movedTo);
      return { files: new TableFiles(folder, onProblem, await opened(folder)), movedTo };
    }
  }

  /**
   * Does something with the store. LevelDB writes nothing more after a write has failed, until its files are opened
   * anew: so that is what happens before the next call.
   */
  async with<T>(work: (store: TableStore) => Promise<T>): Promise<T> {
    if (this.#failedAt !== 0) await this.#reopened();
    const store = this.#store;
    try {
      return await work(store);
    } catch (error) {
      if (this.#failedAt === 0) this.#onProblem(error);
      if (store === this.#store && isOfDisk(error)) this.#failedAt = Date.now();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#reopening?.catch(() => {});
    await this.#store.db.close();
  }

  async #reopened(): Promise<void> {
    if (!this.#isOpen || Date.now() - this.#failedAt < REOPEN_PAUSE_MS)
      throw new Error(`The table in ${this.#folder} is not open. Try again.`);
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async #reopen(): Promise<void> {
    try {
      await this.#store.db.close();
      this.#store = await opened(this.#folder);
      this.#failedAt = 0;
    } catch (error) {
      this.#failedAt = Date.now();
      throw error;
    }
  }
}

async function opened(folder: string): Promise<TableStore> {
  const store = db.create({ path: folder, createTableMs: 0 });
  try {
    await store.db.open();
    spareTrips(store.db);
    return store;
  } catch (error) {
    throw causeCode(error) === "LEVEL_LOCKED" ? new TableLocked(folder) : error;
  }
}

/**
 * Spares most trips to the thread pool, each of which takes longer than what it is made for. A read is done at once: the
 * table is small, and what was written last is in memory. What is there already is not written again: dynalite writes an
 * item's keys into every index with each of its updates.
 */
function spareTrips(level: LevelWithCallbacks): void {
  const put = level.put.bind(level);
  level.get = (key, done) => {
    try {
      process.nextTick(done, null, level.getSync(key));
    } catch (error) {
      process.nextTick(done, error);
    }
  };
  level.put = (key, value, done) => {
    // No two writes of a key are under way at once: dynalite has a lock for each item.
    if (level.getSync(key, { valueEncoding: "utf8" }) === JSON.stringify(value)) process.nextTick(done, null);
    else put(key, value, done);
  };
}

function unusable(folder: string, cause: unknown): Error {
  return new Error(
    `The table in ${folder} cannot be opened (${causeMessage(cause)}). Check that this user may write there and that the disk has room, or name another --dir.`,
    { cause },
  );
}

/** A failure of LevelDB's, and not of the request; dynalite has words of its own for files that are not open. */
function isOfDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === "Database is closed" || ("code" in error && String(error.code).startsWith("LEVEL_"));
}

/** LevelDB says of a file that is cut or not there that the whole is corrupt, or that it cannot find the file. */
function isDamaged(error: unknown): boolean {
  const code = causeCode(error);
  return code === "LEVEL_CORRUPTION" || (code === "LEVEL_IO_ERROR" && /No such file/.test(causeMessage(error)));
}

function causeCode(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
}

function causeMessage(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
}
