import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { aboutFields, asObjectError, type Bucket, inBucket, type ObjectAbout, quotedEtag } from "./bucket.ts";

/** S3: no part but the last may be smaller. */
export const MIN_PART_BYTES = 5 * 1_048_576;
/** S3: the most parts of one upload. */
export const MAX_PARTS = 10_000;
/** What we send as one part: 10,000 of them make 83 GB, four times the largest input. */
export const PART_BYTES = 8 * 1_048_576;
/** How many parts are under way: with a part that is being filled, an upload holds at most 56 MiB. */
const PARTS_AT_ONCE = 6;

/** A range of an object that S3 copies by itself. */
export interface CopyRange {
  key: string;
  etag: string;
  start: number;
  end: number;
}

/** What every call of an upload begins with. */
type UploadPlace = ReturnType<typeof inBucket> & { Key: string; UploadId: string };

interface DonePart {
  ETag?: string | undefined;
  ChecksumCRC32?: string | undefined;
}

/** One multipart upload. Parts go up side by side; the first that fails fails the upload. */
export class MultipartUpload {
  readonly #parts: Promise<DonePart | undefined>[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #failure: { error: unknown } | undefined;

  private constructor(
    readonly bucket: Bucket,
    readonly key: string,
    readonly uploadId: string,
  ) {}

  static async begin(bucket: Bucket, key: string, about: ObjectAbout): Promise<MultipartUpload> {
    const answer = await bucket.client.send(
      new CreateMultipartUploadCommand({
        ...inBucket(bucket),
        Key: key,
        // The SDK sends this checksum with each part; S3 must be told beforehand to keep it.
        ChecksumAlgorithm: "CRC32",
        ...aboutFields(about),
      }),
    );
    if (answer.UploadId === undefined) throw new Error(`S3 began an upload of ${key} without an id. Try again.`);
    return new MultipartUpload(bucket, key, answer.UploadId);
  }

  /** Sends the next part; `bytes` is asked for once there is room. Returns as soon as it is under way. */
  async send(bytes: () => Promise<Uint8Array>): Promise<void> {
    await this.#add(async (place) => {
      const Body = await bytes();
      return this.bucket.client.send(new UploadPartCommand({ ...place, Body, ContentLength: Body.byteLength }));
    });
  }

  /** Lets S3 copy the next part. Returns as soon as it is under way. */
  async copy(range: CopyRange): Promise<void> {
    await this.#add(async (place) => {
      const { owner } = this.bucket;
      const command = new UploadPartCopyCommand({
        ...place,
        CopySource: copySource(this.bucket, range.key),
        CopySourceIfMatch: quotedEtag(range.etag),
        CopySourceRange: `bytes=${range.start}-${range.end - 1}`,
        ...(owner !== undefined ? { ExpectedSourceBucketOwner: owner } : {}),
      });
      try {
        return (await this.bucket.client.send(command)).CopyPartResult ?? {};
      } catch (error) {
        throw asObjectError(error, range.key);
      }
    });
  }

  /** Makes the object of the parts, once all are there. Throws what the first failed part threw. */
  async complete(): Promise<void> {
    const done = await Promise.all(this.#parts);
    this.#mustNotHaveFailed();
    const Parts = done.map((part, index) => ({
      PartNumber: index + 1,
      ...(part?.ETag !== undefined ? { ETag: part.ETag } : {}),
      ...(part?.ChecksumCRC32 !== undefined ? { ChecksumCRC32: part.ChecksumCRC32 } : {}),
    }));
    await this.bucket.client.send(new CompleteMultipartUploadCommand({ ...this.#upload, MultipartUpload: { Parts } }));
  }

  /** Drops the parts; never throws. A part that arrives after the abort would stay, and be paid for: wait for all. */
  async abort(): Promise<void> {
    this.#failure ??= { error: new Error(`The upload of ${this.key} was aborted.`) };
    await Promise.all(this.#parts);
    // What cannot be dropped now is left to the bucket's rule for incomplete uploads.
    await this.bucket.client.send(new AbortMultipartUploadCommand(this.#upload)).catch(() => {});
  }

  get #upload(): UploadPlace {
    return { ...inBucket(this.bucket), Key: this.key, UploadId: this.uploadId };
  }

  async #add(upload: (place: UploadPlace & { PartNumber: number }) => Promise<DonePart>): Promise<void> {
    this.#mustNotHaveFailed();
    const PartNumber = this.#parts.length + 1;
    if (PartNumber > MAX_PARTS)
      throw new Error(
        `${this.key} would have more than ${MAX_PARTS} parts, S3's limit. Split the file and drop it again.`,
      );
    while (this.#underWay.size >= PARTS_AT_ONCE) await Promise.race(this.#underWay);
    const part = upload({ ...this.#upload, PartNumber }).catch((error: unknown) => {
      this.#failure ??= { error };
      return undefined;
    });
    this.#parts.push(part);
    this.#underWay.add(part);
    void part.then(() => this.#underWay.delete(part));
  }

  #mustNotHaveFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Bucket and key as the header wants them: encoded, but for the slashes. */
export function copySource(bucket: Bucket, key: string): string {
  return `${bucket.name}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
