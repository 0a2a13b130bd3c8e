import { FILLERS_NAME } from "../bucket/keys.ts";
import type { Fields } from "../model/fields.ts";
import { MAX_LINE_BYTES } from "../model/line-size.ts";
import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { linesOf } from "../records/lines.ts";
import { writeFillers } from "./filler-file.ts";
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

/** Where the records of the jobs' inputs come from, and where these go. */
export interface Composing {
  objects: ObjectStore;
  stream: GoodStream;
  keys: ReturnType<typeof runKeys>;
  media: Media;
  /** The `modelInput` of the records that fill jobs up. */
  filler?: Fields | undefined;
}

/**
 * Writes the input of every job. Where it is more than one file, names media or is filled up, Bedrock is told of a folder
 * with all of that; the object of all its records stays beside it, as they were dropped, and settling reads that: its
 * etag tells it from whatever may take its place.
 */
export async function composeSlices(composing: Composing, shares: readonly JobShare[]): Promise<PreparedSlice[]> {
  await composing.media.copy();
  const slices: PreparedSlice[] = [];
  for (let from = 0; from < shares.length; from += SLICES_AT_ONCE) {
    const some = shares.slice(from, from + SLICES_AT_ONCE);
    slices.push(...(await Promise.all(some.map((share, at) => composeSlice(composing, share, from + at)))));
  }
  return slices;
}

async function composeSlice(composing: Composing, share: JobShare, slice: number): Promise<PreparedSlice> {
  const { objects, stream, keys, media, filler } = composing;
  const { records, fillers } = share;
  const { pieces, sizeBytes } = stream.pieces(share);
  const whole = keys.slice(slice);
  await objects.compose(whole, pieces, Blocks.CONTENT_TYPE);
  const folder = keys.sliceFolder(slice);
  const files = filesIn(share, media).map((file) => stream.pieces(file).pieces);
  for (const [at, file] of files.entries())
    await writeFile(objects, `${folder}${String(at).padStart(4, "0")}.jsonl`, file, media);
  if (fillers !== undefined && filler !== undefined)
    await writeFillers(objects, `${folder}${FILLERS_NAME}`, filler, fillers);
  const etag = (await objects.head(whole))?.etag;
  const inputKey = files.length === 0 ? whole : folder;
  const told = { ...(etag !== undefined && { etag }), ...(fillers !== undefined && { fillers }) };
  return { slice, inputKey, records, sizeBytes, ...told };
}

/** The files of a job whose input is a folder; none where it is one object. */
function filesIn({ files, fillers, ...share }: JobShare, media: Media) {
  return files ?? (media.isEmpty && fillers === undefined ? [] : [share]);
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
