import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARS = 10;
const HASH_CHARS = 16;

/** Hex SHA-256 of the values; their borders count, so that ("ab","c") and ("a","bc") differ. */
export function hashOf(...values: readonly (string | number)[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(values))));
}

/**
 * A ULID that is derived, not drawn: the time in front, so that ids sort by it, and 80 bits of a hash of what the id
 * stands for. Doing a thing twice gives the same id.
 *
 * @param time epoch milliseconds; fractions are cut
 */
export function derivedUlid(time: number, ...values: readonly (string | number)[]): string {
  let rest = Math.trunc(time);
  let front = "";
  for (let i = 0; i < TIME_CHARS; i++) {
    front = CROCKFORD[rest % 32] + front;
    rest = Math.floor(rest / 32);
  }
  let bits = BigInt(`0x${hashOf(...values).slice(0, 20)}`);
  let back = "";
  for (let i = 0; i < HASH_CHARS; i++) {
    back = CROCKFORD[Number(bits & 31n)] + back;
    bits >>= 5n;
  }
  return front + back;
}

/** Object metadata with which the same content under the same key is run again: any value that it did not have yet. */
export const AGAIN_METADATA = "sluice-again";

/** What of an object makes it the drop that it is. */
export interface DropIdentity {
  key: string;
  etag: string;
  lastModified: number;
  /** A listing does not have it, and then the id is that of the object without `sluice-again`. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The id of a drop: the same object, overwritten or dropped again, is another one. S3 gives `lastModified` in whole
 * seconds, so that a `sluice-again` within one second needs a part of its own.
 */
export function submissionIdOf(bucket: string, { key, etag, lastModified, metadata }: DropIdentity): string {
  const again = metadata?.[AGAIN_METADATA];
  const parts = ["submission", bucket, key, etag, lastModified, ...(again === undefined ? [] : [again])];
  return derivedUlid(lastModified, ...parts);
}

/** The id of the job that carries one slice of a submission. It sorts with its submission. */
export function jobIdOf(submissionId: string, lastModified: number, slice: number): string {
  return derivedUlid(lastModified, "job", submissionId, slice);
}

const ULID = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** What a stage's name may be, so that a job's name stays within Bedrock's 63 characters. */
export const STAGE = /^[a-z0-9][a-z0-9-]{0,27}$/;

/** What the names of this stage's jobs begin with, and no other stage's. */
export function jobNamePrefix(stage: string): string {
  return `sluice-${stage}-`;
}

/** A job's name in Bedrock, unique in the account and Region: the fence against a second job. */
export function jobNameOf(stage: string, jobId: string): string {
  return `${jobNamePrefix(stage)}${jobId.toLowerCase()}`;
}

/** The job that a name in Bedrock belongs to; undefined for names of other stages and users. */
export function jobIdOfName(stage: string, jobName: string): string | undefined {
  const prefix = jobNamePrefix(stage);
  if (!jobName.startsWith(prefix)) return undefined;
  const id = jobName.slice(prefix.length);
  return ULID.test(id) ? id.toUpperCase() : undefined;
}
