import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { OWNER_ONLY, writeJson } from "./json-file.ts";

const FILE_NAME = "responder.json";

const troubleSchema = z.object({
  /** The process that has the trouble: a file with another one is of a process that is no more. */
  pid: z.int().positive(),
  /** When it began, in epoch milliseconds. */
  since: z.number(),
  /** Requests that failed since. */
  failures: z.int(),
  message: z.string(),
});

/** What is wrong with the responder of a running world, for other processes that show it. */
export type ResponderTrouble = z.infer<typeof troubleSchema>;

/** Notes the trouble of a directory's responder, or, without one, that there is none. */
export async function writeTrouble(dir: string, trouble: ResponderTrouble | undefined): Promise<void> {
  const path = join(dir, FILE_NAME);
  if (trouble === undefined) return rm(path, { force: true });
  // What an endpoint says of a failed request is only its owner's to read.
  await writeJson(path, trouble, OWNER_ONLY);
}

/** The trouble of the process that has the directory, by its id; undefined if it has none. */
export async function readTrouble(dir: string, pid: number): Promise<ResponderTrouble | undefined> {
  try {
    const found = troubleSchema.parse(JSON.parse(await readFile(join(dir, FILE_NAME), "utf8")));
    return found.pid === pid ? found : undefined;
  } catch {
    // None there, or none that is whole: what is shown with it is there all the same.
    return undefined;
  }
}
