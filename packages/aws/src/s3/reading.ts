import { GetObjectCommand, type GetObjectCommandOutput, HeadObjectCommand } from "@aws-sdk/client-s3";
import { ObjectChanged, type ObjectHead, ObjectMissing, type Piece } from "@sluice/core";
import { asObjectError, type Bucket, inBucket, nameOf, plainEtag, quotedEtag } from "./bucket.ts";

/** How often in a row a read goes on after its connection broke, without getting a byte further. */
const BARREN_RESUMES = 5;

/** An object's head; undefined if there is no such object. */
export async function headOf(bucket: Bucket, key: string): Promise<ObjectHead | undefined> {
  try {
    const answer = await bucket.client.send(new HeadObjectCommand({ ...inBucket(bucket), Key: key }));
    return {
      key,
      sizeBytes: answer.ContentLength ?? 0,
      etag: plainEtag(answer.ETag),
      lastModified: answer.LastModified?.getTime() ?? 0,
      metadata: answer.Metadata ?? {},
    };
  } catch (error) {
    if (asObjectError(error, key) instanceof ObjectMissing) return undefined;
    throw error;
  }
}

/** The head of the object that a piece asks for. Throws `ObjectMissing` or `ObjectChanged`. */
export async function headOfPiece(bucket: Bucket, { key, etag }: Piece): Promise<ObjectHead> {
  const head = await headOf(bucket, key);
  if (head === undefined) throw new ObjectMissing(key);
  if (etag !== undefined && etag !== head.etag) throw new ObjectChanged(key);
  return head;
}

/**
 * The bytes of a piece. A connection that breaks half-way (S3 closes those of slow readers) is taken up again where it
 * broke, on the same version of the object. Throws `ObjectMissing` or `ObjectChanged`.
 */
export async function* readPiece(bucket: Bucket, piece: Piece): AsyncGenerator<Uint8Array> {
  let at = piece.start ?? 0;
  if (piece.end !== undefined && piece.end <= at) {
    // HTTP has no empty range, but the object must still be the one that was asked for.
    await headOfPiece(bucket, piece);
    return;
  }
  let { etag, end } = piece;
  for (let barren = 0; ; ) {
    const answer = await get(bucket, { key: piece.key, start: at, ...(etag ? { etag } : {}), ...(end ? { end } : {}) });
    if (answer === undefined) return;
    etag = plainEtag(answer.ETag);
    end = at + (answer.ContentLength ?? 0);
    const from = at;
    try {
      for await (const chunk of answer.Body as unknown as AsyncIterable<Uint8Array>) {
        at += chunk.byteLength;
        yield chunk;
      }
      if (at >= end) return;
    } catch (error) {
      // An error behind the last byte is a checksum that does not fit: reading on would hide it.
      if (at >= end || barren >= BARREN_RESUMES) throw error;
    }
    barren = at > from ? 0 : barren + 1;
    if (barren > BARREN_RESUMES)
      throw new Error(`S3 ended the read of ${piece.key} at byte ${at} of ${end}. Try again.`);
  }
}

/** All bytes of a piece that is known to be small. */
export async function bytesOf(bucket: Bucket, piece: Piece): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readPiece(bucket, piece)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Undefined if the range begins behind the object's end. */
async function get(bucket: Bucket, { key, etag, start = 0, end }: Piece): Promise<GetObjectCommandOutput | undefined> {
  const isWhole = start === 0 && end === undefined;
  try {
    return await bucket.client.send(
      new GetObjectCommand({
        ...inBucket(bucket),
        Key: key,
        ...(etag !== undefined ? { IfMatch: quotedEtag(etag) } : {}),
        ...(isWhole ? {} : { Range: `bytes=${start}-${end === undefined ? "" : end - 1}` }),
      }),
    );
  } catch (error) {
    if (nameOf(error) === "InvalidRange") return undefined;
    throw asObjectError(error, key);
  }
}
