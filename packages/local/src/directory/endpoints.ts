import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSettings, type Settings } from "@sluice/core";
import * as z from "zod";

const FILE_NAME = "dev.json";

const fileSchema = z.object({
  /** The token of the lock that its writer holds: a file with another one is of a process that is no more. */
  token: z.string(),
  pid: z.int(),
  speed: z.number().positive(),
  /** `http://127.0.0.1:<port>` */
  dynamodb: z.string(),
  bedrock: z.string(),
  settings: z.unknown(),
});

/** Where a running local world can be reached by other processes, and what it runs with. */
export interface Endpoints {
  token: string;
  pid: number;
  speed: number;
  dynamodb: string;
  bedrock: string;
  settings: Settings;
}

export async function writeEndpoints(dir: string, endpoints: Endpoints): Promise<void> {
  const path = join(dir, FILE_NAME);
  await writeFile(`${path}.new`, `${JSON.stringify(endpoints, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

export async function removeEndpoints(dir: string): Promise<void> {
  await rm(join(dir, FILE_NAME), { force: true });
}

/** The endpoints of the process that holds the directory's lock with this token; undefined if it has none (yet). */
export async function readEndpoints(dir: string, token: string): Promise<Endpoints | undefined> {
  const path = join(dir, FILE_NAME);
  try {
    const found = fileSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return found.token === token ? { ...found, settings: parseSettings(found.settings, path) } : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`${path} cannot be read. Stop that sluice dev and start it again.`, { cause: error });
  }
}
