import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectWriter } from "@sluice/core";
import { aboutFields, type Bucket, inBucket, type ObjectAbout } from "./bucket.ts";
import { MultipartUpload, PART_BYTES } from "./multipart.ts";

/** Puts an object in one call. */
export async function putWhole(bucket: Bucket, key: string, bytes: Uint8Array, about: ObjectAbout): Promise<void> {
  await bucket.client.send(
    new PutObjectCommand({
      ...inBucket(bucket),
      Key: key,
      Body: bytes,
      ContentLength: bytes.byteLength,
      ...aboutFields(about),
    }),
  );
}

/** Gathers bytes into parts: an object smaller than one part takes one call, a larger one a multipart upload. */
export class S3Writer implements ObjectWriter {
  #state: "open" | "closed" | "aborted" | "failed" = "open";
  /** The part that is being filled. Bytes are copied into it: a short line must not hold the chunk that it was cut from. */
  #part: Buffer | undefined;
  #filledBytes = 0;
  #upload: Promise<MultipartUpload> | undefined;
  /** The part that was cut last: parts are numbered in the order in which they are cut. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    readonly bucket: Bucket,
    readonly key: string,
    readonly about: ObjectAbout,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    for (let taken = 0; taken < bytes.byteLength; ) {
      this.#part ??= Buffer.allocUnsafeSlow(PART_BYTES);
      const next = bytes.subarray(taken, taken + PART_BYTES - this.#filledBytes);
      this.#part.set(next, this.#filledBytes);
      this.#filledBytes += next.byteLength;
      taken += next.byteLength;
      if (this.#filledBytes === PART_BYTES) this.#sendPart();
    }
    await this.#orFail(this.#last);
  }

  async close(): Promise<void> {
    this.#mustBeOpen();
    this.#state = "closed";
    if (this.#upload === undefined) {
      await putWhole(this.bucket, this.key, this.#takePart(), this.about);
      return;
    }
    if (this.#filledBytes > 0) this.#sendPart();
    await this.#orFail(this.#last.then(async () => (await this.#upload)?.complete()));
  }

  async abort(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "aborted";
    await this.#drop();
  }

  #takePart(): Uint8Array {
    const bytes = this.#part?.subarray(0, this.#filledBytes) ?? new Uint8Array();
    this.#part = undefined;
    this.#filledBytes = 0;
    return bytes;
  }

  #sendPart(): void {
    const bytes = this.#takePart();
    this.#upload ??= MultipartUpload.begin(this.bucket, this.key, this.about);
    const upload = this.#upload;
    this.#last = this.#last.then(async () => (await upload).send(async () => bytes));
  }

  #mustBeOpen(): void {
    if (this.#state !== "open") throw new Error(`The writer of ${this.key} is ${this.#state}; open a new one.`);
  }

  async #orFail(step: Promise<unknown>): Promise<void> {
    try {
      await step;
    } catch (error) {
      this.#state = "failed";
      await this.#drop();
      throw error;
    }
  }

  /** Never throws. */
  async #drop(): Promise<void> {
    this.#takePart();
    await this.#last.catch(() => {});
    await this.#upload?.then((upload) => upload.abort()).catch(() => {});
  }
}
