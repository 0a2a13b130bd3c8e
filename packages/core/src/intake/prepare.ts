import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import { withLastMember } from "../records/splice.ts";
import type { LaneSettings } from "../settings/settings.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { fillerFor } from "./filler-file.ts";
import { GoodStream } from "./good-stream.ts";
import { judge } from "./judge.ts";
import { defaultPlanLimits, type PlanLimits } from "./limits.ts";
import { Media } from "./media.ts";
import { tooLarge } from "./plain.ts";
import { type Prepared, runKeys, writePrepared } from "./prepared.ts";
import { type ErrorEntry, type Scanned, type Sink, scan } from "./scan.ts";
import { composeSlices, withMedia } from "./slices.ts";

export { type Prepared, type PreparedSlice, readPrepared } from "./prepared.ts";

const encoder = new TextEncoder();

export interface PrepareOptions {
  /** Why the drop is refused whatever is in it; its records are read only to give each its error. */
  refuse?: Problem;
  limits?: Partial<PlanLimits>;
}

/** What the functions below share. */
interface Preparing {
  objects: ObjectStore;
  drop: SubmissionFacts;
  run: string;
  lane: LaneSettings;
  limits: PlanLimits;
  media: Media;
}

/**
 * Reads a drop once as a stream, checks every record, and writes the jobs' inputs, the errors of broken records and,
 * last, plan.json under `staging/<submissionId>/<run>/`. A file of good lines is not rewritten: its slices are ranges of
 * the user's own object, joined by `compose`.
 *
 * A drop that cannot be run is no exception but a `problem`; then every record of it is a line of the errors object,
 * and the good ones are the user's own lines with an `error` member, so that they can be dropped again as they are.
 * Only such a drop is read a second time.
 *
 * @param run a name of letters and digits that no other run has: runs do not see each other's files
 * @throws ObjectChanged, ObjectMissing if the drop is no longer the object that was seen; whatever the store throws
 */
export async function prepareDrop(
  objects: ObjectStore,
  drop: SubmissionFacts,
  run: string,
  lane: LaneSettings,
  { refuse, limits }: PrepareOptions = {},
): Promise<Prepared> {
  const media = new Media(objects, drop.key, `${runKeys(drop.submissionId, run).sliceFolder(0)}media/`);
  const preparing: Preparing = { objects, drop, run, lane, limits: { ...defaultPlanLimits, ...limits }, media };
  const prepared = await prepareWithin(preparing, refuse);
  await writePrepared(objects, drop.submissionId, run, prepared);
  return prepared;
}

async function prepareWithin(preparing: Preparing, refuse: Problem | undefined): Promise<Prepared> {
  const { maxInputBytes } = preparing.limits;
  if (preparing.drop.sizeBytes > maxInputBytes)
    return refuseWhole(preparing, refuse ?? tooLarge(maxInputBytes).problem);
  if (refuse !== undefined) return refuseEach(preparing, refuse);
  const prepared = await prepareGood(preparing);
  if ("slices" in prepared) return prepared;
  return prepared.whole ? refuseWhole(preparing, prepared.problem) : refuseEach(preparing, prepared.problem);
}

/** Scans the drop into a sink; closes nothing. */
function scanDrop({ objects, drop, lane, limits, media }: Preparing, sink: Sink): Promise<Scanned> {
  const { key, etag, modelId, invocation } = drop;
  return scan(objects.read({ key, etag }), { lane, modelId, invocation, media }, limits, sink);
}

/** Prepares the good records; or the problem, and whether it is one of the file as a whole. */
async function prepareGood(preparing: Preparing): Promise<Prepared | { problem: Problem; whole: boolean }> {
  const { objects, drop, run, lane, limits, media } = preparing;
  const keys = runKeys(drop.submissionId, run);
  const errors = new Blocks(objects, keys.errors);
  const stream = new GoodStream(objects, { key: drop.key, etag: drop.etag }, keys.rewritten);
  const abort = () => Promise.all([errors.abort(), stream.abort()]);
  try {
    const scanned = await scanDrop(preparing, {
      good: (record) => stream.add(record),
      bad: (entry) => errors.add(lineOf(entry)),
      drain: async () => {
        await stream.drain();
        await errors.drain();
      },
    });
    if (scanned.document !== undefined) {
      await abort();
      return { problem: scanned.document, whole: true };
    }
    const filler = fillerFor(drop);
    const judged = withMedia(judge(scanned, lane, { ...limits, hasFiller: filler !== undefined }), media);
    if (judged.shares === undefined) {
      await abort();
      return { problem: judged.problem, whole: false };
    }
    const rewrittenKey = await stream.close();
    const errorsKey = await errors.close();
    const slices = await composeSlices({ objects, stream, keys, media, filler }, judged.shares);
    if (rewrittenKey !== undefined) await objects.delete([rewrittenKey]);
    const { records, good, warnings } = scanned;
    const counts = { records, results: 0, errors: records - good };
    return { slices, counts, ...(errorsKey !== undefined && { errorsKey }), ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    await abort();
    throw error;
  }
}

/** Refuses a drop whose records can be told apart: each gets its error, its own or the file's. */
async function refuseEach(preparing: Preparing, problem: Problem): Promise<Prepared> {
  const { objects, drop, run } = preparing;
  const errorsKey = runKeys(drop.submissionId, run).errors;
  const errors = new Blocks(objects, errorsKey);
  const member = `"error":${JSON.stringify(errorOf(problem))}`;
  try {
    const scanned = await scanDrop(preparing, {
      // Last in the line, so that it wins over the error of an earlier drop of the same line.
      good: ({ bytes }) => errors.add(withLastMember(bytes, member)),
      bad: (entry) => errors.add(lineOf(entry)),
      drain: () => errors.drain(),
    });
    if (scanned.document !== undefined) {
      await errors.abort();
      return refuseWhole(preparing, problem);
    }
    await errors.close();
    const { records, warnings } = scanned;
    const counts = { records, results: 0, errors: records };
    return { slices: [], counts, errorsKey, problem, ...(warnings.length > 0 && { warnings }) };
  } catch (error) {
    await errors.abort();
    throw error;
  }
}

/** Refuses a drop that is no file of records: it counts as one. */
async function refuseWhole({ objects, drop, run }: Preparing, problem: Problem): Promise<Prepared> {
  const errorsKey = runKeys(drop.submissionId, run).errors;
  const errors = new Blocks(objects, errorsKey);
  errors.add(lineOf({ error: errorOf(problem) }));
  try {
    await errors.close();
    return { slices: [], counts: { records: 1, results: 0, errors: 1 }, errorsKey, problem };
  } catch (error) {
    await errors.abort();
    throw error;
  }
}

function errorOf({ code, message }: Problem): ErrorEntry["error"] {
  return { code, message, source: "input" };
}

function lineOf(entry: ErrorEntry): Uint8Array {
  return encoder.encode(JSON.stringify(entry));
}
