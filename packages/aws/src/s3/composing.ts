import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { ObjectChanged, type ObjectHead, type Piece } from "@sluice/core";
import { aboutFields, asObjectError, type Bucket, inBucket, mapAtMost, quotedEtag } from "./bucket.ts";
import { type JoinPart, partsOf } from "./joins.ts";
import { type CopyRange, copySource, MAX_PARTS, MultipartUpload } from "./multipart.ts";
import { bytesOf, headOfPiece } from "./reading.ts";
import { putWhole } from "./writer.ts";

/** S3: the largest object that one CopyObject takes. */
const MAX_COPY_BYTES = 5 * 1_024 ** 3;
const HEADS_AT_ONCE = 16;
/** Within one part; several parts are read at once. */
const READS_AT_ONCE = 6;

/** Joins pieces into one object; see `ObjectStore.compose`. */
export async function compose(
  bucket: Bucket,
  key: string,
  pieces: readonly Piece[],
  contentType: string | undefined,
): Promise<void> {
  const { ranges, whole } = await rangesOf(bucket, pieces);
  if (whole !== undefined) return copyWhole(bucket, key, whole, contentType);
  const parts = partsOf(ranges);
  if (parts.length > MAX_PARTS)
    throw new Error(
      `${key} cannot be joined: its ${pieces.length} pieces make ${parts.length} parts, and S3 takes ${MAX_PARTS}.`,
    );
  const [only] = parts;
  if (parts.length <= 1 && (only === undefined || "read" in only))
    return putWhole(bucket, key, await joined(bucket, only?.read ?? []), { contentType });
  await upload(bucket, key, parts, contentType);
}

/** What the pieces are of the objects as they are now, and the one object that the result is a copy of, if it is. */
async function rangesOf(
  bucket: Bucket,
  pieces: readonly Piece[],
): Promise<{ ranges: CopyRange[]; whole: ObjectHead | undefined }> {
  const keys = [...new Set(pieces.map(({ key }) => key))];
  const heads = new Map(
    await mapAtMost(keys, HEADS_AT_ONCE, async (key) => [key, await headOfPiece(bucket, { key })] as const),
  );
  const ranges: CopyRange[] = [];
  for (const { key, etag, start = 0, end } of pieces) {
    const head = heads.get(key) as ObjectHead;
    if (etag !== undefined && etag !== head.etag) throw new ObjectChanged(key);
    const range = { key, etag: head.etag, start, end: Math.min(end ?? head.sizeBytes, head.sizeBytes) };
    if (range.start < range.end) ranges.push(range);
  }
  const [only] = ranges;
  const head = only && heads.get(only.key);
  const isWhole = ranges.length === 1 && only?.start === 0 && only.end === head?.sizeBytes;
  return { ranges, whole: isWhole && head !== undefined && head.sizeBytes <= MAX_COPY_BYTES ? head : undefined };
}

async function copyWhole(
  bucket: Bucket,
  key: string,
  from: ObjectHead,
  contentType: string | undefined,
): Promise<void> {
  const command = new CopyObjectCommand({
    ...inBucket(bucket),
    Key: key,
    CopySource: copySource(bucket, from.key),
    CopySourceIfMatch: quotedEtag(from.etag),
    // The user's metadata belongs to the user's object; copying tags would need rights that nothing else needs.
    MetadataDirective: "REPLACE",
    TaggingDirective: "REPLACE",
    ...aboutFields({ contentType }),
    ...(bucket.owner !== undefined ? { ExpectedSourceBucketOwner: bucket.owner } : {}),
  });
  try {
    await bucket.client.send(command);
  } catch (error) {
    throw asObjectError(error, from.key);
  }
}

async function upload(
  bucket: Bucket,
  key: string,
  parts: readonly JoinPart[],
  contentType: string | undefined,
): Promise<void> {
  const multipart = await MultipartUpload.begin(bucket, key, { contentType });
  try {
    for (const part of parts) {
      if ("copy" in part) await multipart.copy(part.copy);
      else await multipart.send(() => joined(bucket, part.read));
    }
    await multipart.complete();
  } catch (error) {
    await multipart.abort();
    throw error;
  }
}

async function joined(bucket: Bucket, ranges: readonly CopyRange[]): Promise<Uint8Array> {
  return Buffer.concat(await mapAtMost(ranges, READS_AT_ONCE, (range) => bytesOf(bucket, range)));
}
