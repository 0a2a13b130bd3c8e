import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const FILE_NAME = "responder.json";

const troubleSchema = z.object({
  /** The token of the lock that its writer holds: a file with another one is of a process that is no more. */
  token: z.string(),
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
  await writeFile(`${path}.new`, `${JSON.stringify(trouble, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** The trouble of the process that holds the directory's lock with this token; undefined if it has none. */
export async function readTrouble(dir: string, token: string): Promise<ResponderTrouble | undefined> {
  try {
    const found = troubleSchema.parse(JSON.parse(await readFile(join(dir, FILE_NAME), "utf8")));
    return found.token === token ? found : undefined;
  } catch {
    // None there, or none that is whole: what is shown with it is there all the same.
    return undefined;
  }
}
