import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Metadata of a file that `submit` put into a bucket: the hash of its content, in hex. */
export const HASH_METADATA = "sluice-sha256";

/** The hash of a file's content, or of a stream's, in hex; any size is read in pieces. */
export async function hashOfContent(
  content: string | AsyncIterable<Uint8Array>,
  algorithm: "sha256" | "md5" = "sha256",
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of typeof content === "string" ? createReadStream(content) : content) hash.update(chunk);
  return hash.digest("hex");
}
