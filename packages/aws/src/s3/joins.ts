import { type CopyRange, MIN_PART_BYTES, PART_BYTES } from "./multipart.ts";

/** What S3 copies as one part. Its limit is 5 GB; smaller ones are copied side by side, which is faster. */
const COPY_PART_BYTES = 512 * 1_048_576;

/** One part of an upload: a range that S3 copies, or small ranges that are read and joined. */
export type JoinPart = { copy: CopyRange } | { read: CopyRange[] };

/**
 * Cuts ranges into the parts of one upload, so that every part but the last has S3's least size, whatever is large is
 * copied by S3, and no more than `PART_BYTES` of what is read is in one part. A large range that follows a leftover
 * gives it the bytes that it lacks.
 */
export function partsOf(ranges: readonly CopyRange[]): JoinPart[] {
  const parts: JoinPart[] = [];
  let small: CopyRange[] = [];
  let smallBytes = 0;
  const flush = () => {
    if (small.length > 0) parts.push({ read: small });
    small = [];
    smallBytes = 0;
  };
  for (const range of ranges) {
    let { start } = range;
    while (start < range.end) {
      const lacking = smallBytes === 0 ? 0 : Math.max(0, MIN_PART_BYTES - smallBytes);
      const left = range.end - start;
      const isLarge = left >= lacking + MIN_PART_BYTES;
      const taken = isLarge ? lacking : Math.min(left, PART_BYTES - smallBytes);
      if (taken > 0) small.push({ ...range, start, end: start + taken });
      smallBytes += taken;
      start += taken;
      if (isLarge || smallBytes === PART_BYTES) flush();
      if (isLarge) {
        parts.push(...copiesOf({ ...range, start }));
        start = range.end;
      }
    }
  }
  flush();
  return parts;
}

/** Copies of about the same size, so that the last of them is not too small. */
function copiesOf(range: CopyRange): JoinPart[] {
  const sizeBytes = range.end - range.start;
  const count = Math.ceil(sizeBytes / COPY_PART_BYTES);
  const placeOf = (index: number) => range.start + Math.floor((sizeBytes * index) / count);
  return Array.from({ length: count }, (_, i) => ({ copy: { ...range, start: placeOf(i), end: placeOf(i + 1) } }));
}
