import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import {
  type ObjectHead,
  ObjectMissing,
  type ObjectStore,
  type ObjectWriter,
  type Page,
  type Piece,
} from "@sluice/core";
import { type Bucket, inBucket, plainEtag } from "./bucket.ts";
import { compose } from "./composing.ts";
import { headOf, readPiece } from "./reading.ts";
import { S3Writer } from "./writer.ts";

/** S3: the most keys of one call, both of a listing and of a deletion. */
const KEYS_PER_CALL = 1_000;

export interface S3ObjectsOptions {
  client: S3Client;
  bucket: string;
  /** The account that must own the bucket: calls fail if it is another's. */
  expectedBucketOwner?: string;
  /** The most keys on a page of a listing; S3 takes up to 1,000. */
  listPageKeys?: number;
}

/** A bucket in S3. */
export class S3Objects implements ObjectStore {
  readonly bucket: string;
  readonly #bucket: Bucket;
  readonly #listPageKeys: number;

  constructor({ client, bucket, expectedBucketOwner, listPageKeys }: S3ObjectsOptions) {
    this.bucket = bucket;
    this.#bucket = {
      client,
      name: bucket,
      ...(expectedBucketOwner !== undefined ? { owner: expectedBucketOwner } : {}),
    };
    this.#listPageKeys = listPageKeys ?? KEYS_PER_CALL;
  }

  head(key: string): Promise<ObjectHead | undefined> {
    return headOf(this.#bucket, key);
  }

  read(piece: Piece): AsyncIterable<Uint8Array> {
    return readPiece(this.#bucket, piece);
  }

  writer(key: string, contentType?: string): ObjectWriter {
    return new S3Writer(this.#bucket, key, { contentType });
  }

  /** Drops an object with its metadata. Throws if it was deleted again before it could be looked at. */
  async put(
    key: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<ObjectHead> {
    const writer = new S3Writer(this.#bucket, key, { metadata });
    try {
      for await (const chunk of chunks) await writer.write(chunk);
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const head = await this.head(key);
    if (head === undefined) throw new ObjectMissing(key);
    return head;
  }

  compose(key: string, pieces: readonly Piece[], contentType?: string): Promise<void> {
    return compose(this.#bucket, key, pieces, contentType);
  }

  async list(prefix: string, cursor?: string): Promise<Page<ObjectHead>> {
    const answer = await this.#bucket.client.send(
      new ListObjectsV2Command({
        ...inBucket(this.#bucket),
        Prefix: prefix,
        MaxKeys: this.#listPageKeys,
        // XML cannot hold every character that a key can.
        EncodingType: "url",
        ...(cursor !== undefined ? { ContinuationToken: cursor } : {}),
      }),
    );
    const decoded = (key: string) =>
      answer.EncodingType === "url" ? decodeURIComponent(key.replaceAll("+", " ")) : key;
    const items = (answer.Contents ?? []).map((found) => ({
      key: decoded(found.Key ?? ""),
      sizeBytes: found.Size ?? 0,
      etag: plainEtag(found.ETag),
      lastModified: found.LastModified?.getTime() ?? 0,
      metadata: {},
    }));
    return answer.NextContinuationToken === undefined ? { items } : { items, cursor: answer.NextContinuationToken };
  }

  /** Throws `ObjectsNotDeleted` if S3 refuses some; all others are deleted then. */
  async delete(keys: readonly string[]): Promise<void> {
    const failures: DeleteFailure[] = [];
    for (let at = 0; at < keys.length; at += KEYS_PER_CALL) {
      const Objects = keys.slice(at, at + KEYS_PER_CALL).map((Key) => ({ Key }));
      const answer = await this.#bucket.client.send(
        new DeleteObjectsCommand({ ...inBucket(this.#bucket), Delete: { Objects, Quiet: true } }),
      );
      for (const { Key, Code, Message } of answer.Errors ?? [])
        failures.push({ key: Key ?? "", code: Code ?? "", message: Message ?? "" });
    }
    if (failures.length > 0) throw new ObjectsNotDeleted(failures, keys.length);
  }
}

interface DeleteFailure {
  key: string;
  code: string;
  message: string;
}

/** S3 refused to delete some of the objects. */
export class ObjectsNotDeleted extends Error {
  constructor(
    readonly failures: readonly DeleteFailure[],
    asked: number,
  ) {
    const [first] = failures;
    super(
      `S3 did not delete ${failures.length} of ${asked} objects, the first being ${first?.key} ` +
        `(${first?.code}: ${first?.message}). Check that the role has s3:DeleteObject on them; it is tried again.`,
    );
    this.name = "ObjectsNotDeleted";
  }
}
