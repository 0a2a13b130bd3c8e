import { MAX_LINE_BYTES } from "../model/line-size.ts";
import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { linesOf } from "../records/lines.ts";
import type { GoodStream } from "./good-stream.ts";
import type { JobShare, Judged } from "./judge.ts";
import type { Media } from "./media.ts";
import type { PreparedSlice, runKeys } from "./prepared.ts";

/** How many slices are composed at a time. */
const SLICES_AT_ONCE = 8;

/** Media are copied into the folder of one job, so that there can only be one. */
export function withMedia(judged: Judged, media: Media): Judged {
  if (judged.shares === undefined || judged.shares.length === 1 || media.isEmpty) return judged;
  const message = `Records of the file name media by s3Location, which lie beside a job's input, and the file needs ${judged.shares.length} jobs. Split it by lines into files of one job each and drop these.`;
  return { problem: { code: "MediaOfSeveralJobs", message } };
}

/**
 * Writes the input of every job. Where it is more than one file, or names media, Bedrock is told of a folder with the
 * files and the media; the object of all its records stays beside it, as they were dropped, and settling reads that.
 */
export async function composeSlices(
  objects: ObjectStore,
  stream: GoodStream,
  shares: readonly JobShare[],
  keys: ReturnType<typeof runKeys>,
  media: Media,
): Promise<PreparedSlice[]> {
  const compose = async (share: JobShare, slice: number): Promise<PreparedSlice> => {
    const { pieces, sizeBytes } = stream.pieces(share);
    const whole = keys.slice(slice);
    await objects.compose(whole, pieces, Blocks.CONTENT_TYPE);
    const folder = keys.sliceFolder(slice);
    const files = filesIn(share, media).map((file) => stream.pieces(file).pieces);
    for (const [at, file] of files.entries())
      await writeFile(objects, `${folder}${String(at).padStart(4, "0")}.jsonl`, file, media);
    return { slice, inputKey: files.length === 0 ? whole : folder, records: share.records, sizeBytes };
  };
  await media.copy();
  const slices: PreparedSlice[] = [];
  for (let from = 0; from < shares.length; from += SLICES_AT_ONCE) {
    const some = shares.slice(from, from + SLICES_AT_ONCE);
    slices.push(...(await Promise.all(some.map((share, at) => compose(share, from + at)))));
  }
  return slices;
}

/** The files of a job whose input is a folder; none where it is one object. */
function filesIn(share: JobShare, media: Media) {
  return share.files ?? (media.isEmpty ? [] : [share]);
}

/** Without media it is put together on the server's side; with them every line that names some is written anew. */
async function writeFile(objects: ObjectStore, key: string, pieces: readonly Piece[], media: Media): Promise<void> {
  if (media.isEmpty) return objects.compose(key, pieces, Blocks.CONTENT_TYPE);
  const file = new Blocks(objects, key);
  try {
    for (const piece of pieces)
      for await (const batch of linesOf(objects.read(piece), MAX_LINE_BYTES)) {
        for (const { bytes } of batch) if (bytes.length > 0) file.add(media.withCopies(bytes));
        await file.drain();
      }
    await file.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
}
