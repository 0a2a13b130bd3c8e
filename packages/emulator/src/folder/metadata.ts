import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./keys.ts";
import { TemporaryFile } from "./temporary.ts";

export type Metadata = Readonly<Record<string, string>>;

/**
 * Users' metadata, in files of their own beside the bucket. A file's name holds the etag of the object that it belongs
 * to: metadata can be written before its object is in place, and never outlives it under the same key.
 */
export class MetadataFiles {
  constructor(
    readonly directory: string,
    readonly temporaryDirectory: string,
  ) {}

  read(key: string, etag: string): Metadata {
    try {
      const path = this.#path(key, etag);
      // Most objects have none, and a look is a tenth of a failure to read.
      if (!existsSync(path)) return {};
      const { metadata } = JSON.parse(readFileSync(path, "utf8")) as { metadata: Metadata };
      return metadata;
    } catch (error) {
      if (isMissing(error)) return {};
      throw error;
    }
  }

  async write(key: string, etag: string, metadata: Metadata): Promise<void> {
    const file = new TemporaryFile(this.temporaryDirectory);
    try {
      // The key is for people: the name of the file is only a hash of it.
      await file.append(Buffer.from(JSON.stringify({ key, metadata })));
      await file.finish();
      await rename(file.path, this.#path(key, etag));
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Forgets what belonged to an object that is gone. */
  async remove(key: string, etag: string): Promise<void> {
    const path = this.#path(key, etag);
    if (existsSync(path)) await rm(path, { force: true });
  }

  #path(key: string, etag: string): string {
    // A hash, as a key's own name may leave no room for an etag behind it.
    return join(this.directory, `${createHash("sha256").update(key).digest("hex")}.${etag}.json`);
  }
}
