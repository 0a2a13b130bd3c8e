import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** An object in a bucket. */
export interface BatchFile {
  readonly uri: string;
  readonly sizeBytes: number;
}

/** What the server needs of S3. Every method throws FilesAccessDeniedError where the service role has no right. */
export interface BatchFiles {
  /** The object's size, or undefined if there is none. */
  sizeBytes(uri: string): Promise<number | undefined>;
  /** The objects directly in a folder (`s3://bucket/folder/`), in the order of their names. */
  list(folderUri: string): Promise<readonly BatchFile[]>;
  read(uri: string): AsyncIterable<Uint8Array>;
  /** Writes an object whole or not at all: until it resolves, nobody sees any of it. */
  write(uri: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** The service role may not do this in S3. The job fails of it, minutes after it was accepted. */
export class FilesAccessDeniedError extends Error {
  override readonly name = "FilesAccessDeniedError";
}

/** Enough to make a read of a gigabyte cheap, little enough to hold many jobs' at once. */
const READ_CHUNK_BYTES = 256 * 1024;
/** Unfinished objects lie here, outside every key anybody lists; a run that is begun again overwrites its own. */
export const UNFINISHED_FOLDER = ".unfinished";

interface FilePlace {
  readonly folder: string;
  readonly path: string;
}

function isAbsent(fault: unknown): boolean {
  const code = fault instanceof Error && "code" in fault ? fault.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * Maps `s3://<bucket>/<key>` to `<folder of the bucket>/<key>`.
 * @param folderOf the folder of a bucket, or undefined for a bucket that the service role has no right to.
 */
export function folderFiles(folderOf: (bucket: string) => string | undefined): BatchFiles {
  const placeOf = (uri: string): FilePlace => {
    const [, bucket, key = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? [];
    const folder = bucket === undefined ? undefined : folderOf(bucket);
    if (folder === undefined) {
      throw new FilesAccessDeniedError(
        `Access denied to ${uri}. Give the service role s3:GetObject, s3:PutObject and s3:ListBucket on its bucket.`,
      );
    }
    // S3 takes ".." for a name like any other; a folder would leave the bucket.
    if (key.split("/").some((name) => name === ".." || name === ".")) {
      throw new FilesAccessDeniedError(`Access denied to ${uri}: "." and ".." in a key have no place in a folder.`);
    }
    return { folder, path: join(folder, key) };
  };
  return {
    sizeBytes: async (uri) => {
      const { path } = placeOf(uri);
      try {
        const found = await stat(path);
        return found.isFile() ? found.size : undefined;
      } catch (fault) {
        if (isAbsent(fault)) return undefined;
        throw fault;
      }
    },
    list: async (folderUri) => {
      const { path } = placeOf(folderUri);
      try {
        const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
        const names = entries.map(({ name }) => name).sort();
        return await Promise.all(
          names.map(async (name) => ({
            uri: `${folderUri.replace(/\/$/, "")}/${name}`,
            sizeBytes: (await stat(join(path, name))).size,
          })),
        );
      } catch (fault) {
        if (isAbsent(fault)) return [];
        throw fault;
      }
    },
    read: (uri) => createReadStream(placeOf(uri).path, { highWaterMark: READ_CHUNK_BYTES }),
    write: async (uri, chunks) => {
      const { folder, path } = placeOf(uri);
      const unfinished = join(folder, UNFINISHED_FOLDER, createHash("sha256").update(uri).digest("hex"));
      await mkdir(dirname(unfinished), { recursive: true });
      const file = await open(unfinished, "w");
      try {
        for await (const chunk of chunks) await file.writeFile(chunk);
        await file.sync();
      } catch (fault) {
        await file.close();
        await rm(unfinished, { force: true });
        throw fault;
      }
      await file.close();
      await mkdir(dirname(path), { recursive: true });
      await rename(unfinished, path);
    },
  };
}
