import type { Log } from "@sluice/core";
import type { OddOne } from "@sluice/emulator";

/** So many are named one by one in the life of a process; a folder of links must not drown everything else. */
const MOST_TOLD = 100;

/** Says of what lies among the drops and is no object that it is not read, and why: once. */
export class OddDrops {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Tells of each; true if there was any. */
  async tell(oddOnes: AsyncIterable<OddOne>): Promise<boolean> {
    let any = false;
    for await (const { key, why } of oddOnes) {
      any = true;
      if (this.#told.size > MOST_TOLD) return any;
      const line = `${key} ${why}`;
      if (this.#told.has(line)) continue;
      this.#told.add(line);
      const more = this.#told.size > MOST_TOLD ? " There are more such; no other is named." : "";
      // JSON keeps a name with line ends in one line, and its control letters from the terminal.
      const message = `${JSON.stringify(key)} ${why}. It is not read; everything else is.${more}`;
      this.#log({ level: "warn", event: "notADrop", message });
    }
    return any;
  }
}
