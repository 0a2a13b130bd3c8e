import { join } from "node:path";

/** Who has a directory, in its own words. */
export interface Holder {
  readonly pid: number;
  /** What the process is doing: `sluice dev`. */
  readonly purpose: string;
}

/** Where a directory keeps its table. */
export function tableFolder(dir: string): string {
  return join(dir, "dynamodb");
}

/** What the table of a process says of itself to whoever has its access key. */
export function greetingOf(pid: number) {
  return { isSluice: true, pid };
}

/** Another process has the directory. */
export class DirectoryHeld extends Error {
  constructor(
    dir: string,
    readonly holder?: Holder,
  ) {
    super(
      holder === undefined
        ? `${dir} is in use by another process that has not said its name, and only one process at a time may run on it. ` +
            "Wait for its end, or give this one another directory with --dir."
        : `${dir} is in use by ${holder.purpose} (process ${holder.pid}), and only one process at a time may run on it. ` +
            `Stop that one (kill ${holder.pid}), or give this one another directory with --dir.`,
    );
    this.name = "DirectoryHeld";
  }
}
