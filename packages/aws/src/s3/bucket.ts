import type { S3Client } from "@aws-sdk/client-s3";
import { ObjectChanged, ObjectMissing } from "@sluice/core";

/** The bucket that calls go to. */
export interface Bucket {
  client: S3Client;
  name: string;
  /** Sent with every call where it is set: S3 refuses if the bucket belongs to another account. */
  owner?: string;
}

/** What every call on an object begins with. */
export function inBucket({ name, owner }: Bucket): { Bucket: string; ExpectedBucketOwner?: string } {
  return { Bucket: name, ...(owner !== undefined ? { ExpectedBucketOwner: owner } : {}) };
}

/** What an object says of itself besides its bytes. */
export interface ObjectAbout {
  contentType?: string | undefined;
  /** The user's own metadata: names in lower case, values in ASCII. */
  metadata?: Readonly<Record<string, string>>;
}

/** The same for the calls that make an object. */
export function aboutFields({ contentType, metadata }: ObjectAbout): {
  ContentType?: string;
  Metadata?: Record<string, string>;
} {
  return {
    ...(contentType !== undefined ? { ContentType: contentType } : {}),
    ...(metadata !== undefined ? { Metadata: { ...metadata } } : {}),
  };
}

/** An etag as the rest of Sluice knows it: without the quotes that HTTP puts around it. */
export function plainEtag(etag: string | undefined): string {
  return (etag ?? "").replaceAll('"', "");
}

export function quotedEtag(etag: string): string {
  return `"${etag}"`;
}

/** The name of an error of the SDK's, such as `NoSuchKey`. */
export function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** `ObjectMissing` or `ObjectChanged` if that is what S3's error says of the object; the error itself otherwise. */
export function asObjectError(error: unknown, key: string): unknown {
  switch (nameOf(error)) {
    // A HEAD has no body to carry the full name.
    case "NotFound":
    case "NoSuchKey":
      return new ObjectMissing(key);
    case "PreconditionFailed":
      return new ObjectChanged(key);
    default:
      return error;
  }
}

/** Waits for every item's answer, with at most so many under way; the answers are in the items' order. */
export async function mapAtMost<T, R>(items: readonly T[], atOnce: number, ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      answers[at] = await ask(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return answers;
}
