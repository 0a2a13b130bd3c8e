import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import { withLastMember } from "../records/splice.ts";
import type { LaneSettings } from "../settings/settings.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { GoodStream } from "./good-stream.ts";
import { judge } from "./judge.ts";
import { defaultPlanLimits, type PlanLimits } from "./limits.ts";
import type { Share } from "./packing.ts";
import { tooLarge } from "./plain.ts";
import { runKeys, type Staged, type StagedPart, writeStaged } from "./prepared.ts";
import { type ErrorEntry, type Scanned, type Sink, scan } from "./scan.ts";

export { readStaged, type Staged, type StagedPart } from "./prepared.ts";

/** How many parts are composed at a time. */
const PARTS_AT_ONCE = 8;

const encoder = new TextEncoder();

export interface StageOptions {
  /** Why the drop is refused whatever is in it; its records are read only to give each its error. */
  refuse?: Problem;
  limits?: Partial<PlanLimits>;
}

/** What the functions below share. */
interface Staging {
  objects: ObjectStore;
  drop: SubmissionFacts;
  run: string;
  lane: LaneSettings;
  limits: PlanLimits;
}

/**
 * Reads a drop once as a stream, checks every record, and writes the jobs' inputs, the errors of broken records and,
 * last, plan.json under `staging/<submissionId>/<run>/`. A file of good lines is not rewritten: its parts are ranges of
 * the user's own object, joined by `compose`.
 *
 * A drop that cannot be run is no exception but a `problem`; then every record of it is a line of the errors object,
 * and the good ones are the user's own lines with an `error` member, so that they can be dropped again as they are.
 * Only such a drop is read a second time.
 *
 * @param run a name of letters and digits that no other run has: runs do not see each other's files
 * @throws ObjectChanged, ObjectMissing if the drop is no longer the object that was seen; whatever the store throws
 */
export async function stageDrop(
  objects: ObjectStore,
  drop: SubmissionFacts,
  run: string,
  lane: LaneSettings,
  { refuse, limits }: StageOptions = {},
): Promise<Staged> {
  const staging: Staging = { objects, drop, run, lane, limits: { ...defaultPlanLimits, ...limits } };
  const staged = await stageWithin(staging, refuse);
  await writeStaged(objects, drop.submissionId, run, staged);
  return staged;
}

async function stageWithin(staging: Staging, refuse: Problem | undefined): Promise<Staged> {
  const { maxInputBytes } = staging.limits;
  if (staging.drop.sizeBytes > maxInputBytes) return refuseWhole(staging, refuse ?? tooLarge(maxInputBytes).problem);
  if (refuse !== undefined) return refuseEach(staging, refuse);
  const staged = await stageGood(staging);
  if ("parts" in staged) return staged;
  return staged.whole ? refuseWhole(staging, staged.problem) : refuseEach(staging, staged.problem);
}

/** Scans the drop into a sink; closes nothing. */
function scanDrop({ objects, drop, lane, limits }: Staging, sink: Sink): Promise<Scanned> {
  const { key, etag, modelId, invocation } = drop;
  return scan(objects.read({ key, etag }), { lane, modelId, invocation }, limits, sink);
}

/** Stages the good records; or the problem, and whether it is one of the file as a whole. */
async function stageGood(staging: Staging): Promise<Staged | { problem: Problem; whole: boolean }> {
  const { objects, drop, run, lane, limits } = staging;
  const keys = runKeys(drop.submissionId, run);
  const errors = new Blocks(objects, keys.errors);
  const stream = new GoodStream(objects, { key: drop.key, etag: drop.etag }, keys.rewritten);
  const abort = () => Promise.all([errors.abort(), stream.abort()]);
  try {
    const scanned = await scanDrop(staging, {
      good: (record) => stream.add(record),
      bad: (entry) => errors.add(lineOf(entry)),
      settle: async () => {
        await stream.settle();
        await errors.settle();
      },
    });
    if (scanned.document !== undefined) {
      await abort();
      return { problem: scanned.document, whole: true };
    }
    const judged = judge(scanned, lane, limits.maxJobs);
    if (judged.shares === undefined) {
      await abort();
      return { problem: judged.problem, whole: false };
    }
    const rewrittenKey = await stream.close();
    const errorsKey = await errors.close();
    const parts = await composeParts(objects, stream, judged.shares, keys.part);
    if (rewrittenKey !== undefined) await objects.delete([rewrittenKey]);
    const { records, good } = scanned;
    const counts = { records, results: 0, errors: records - good };
    return { parts, counts, ...(errorsKey !== undefined && { errorsKey }) };
  } catch (error) {
    await abort();
    throw error;
  }
}

async function composeParts(
  objects: ObjectStore,
  stream: GoodStream,
  shares: readonly Share[],
  keyOf: (part: number) => string,
): Promise<StagedPart[]> {
  const parts = shares.map((share, part) => ({ share, part, inputKey: keyOf(part), ...stream.pieces(share) }));
  for (let from = 0; from < parts.length; from += PARTS_AT_ONCE)
    await Promise.all(
      parts
        .slice(from, from + PARTS_AT_ONCE)
        .map(({ inputKey, pieces }) => objects.compose(inputKey, pieces, Blocks.CONTENT_TYPE)),
    );
  return parts.map(({ part, inputKey, share, sizeBytes }) => ({ part, inputKey, records: share.records, sizeBytes }));
}

/** Refuses a drop whose records can be told apart: each gets its error, its own or the file's. */
async function refuseEach(staging: Staging, problem: Problem): Promise<Staged> {
  const { objects, drop, run } = staging;
  const errorsKey = runKeys(drop.submissionId, run).errors;
  const errors = new Blocks(objects, errorsKey);
  const member = `"error":${JSON.stringify(errorOf(problem))}`;
  try {
    const scanned = await scanDrop(staging, {
      // Last in the line, so that it wins over the error of an earlier drop of the same line.
      good: ({ bytes }) => errors.add(withLastMember(bytes, member)),
      bad: (entry) => errors.add(lineOf(entry)),
      settle: () => errors.settle(),
    });
    if (scanned.document !== undefined) {
      await errors.abort();
      return refuseWhole(staging, problem);
    }
    await errors.close();
    const { records } = scanned;
    return { parts: [], counts: { records, results: 0, errors: records }, errorsKey, problem };
  } catch (error) {
    await errors.abort();
    throw error;
  }
}

/** Refuses a drop that is no file of records: it counts as one. */
async function refuseWhole({ objects, drop, run }: Staging, problem: Problem): Promise<Staged> {
  const errorsKey = runKeys(drop.submissionId, run).errors;
  const errors = new Blocks(objects, errorsKey);
  errors.add(lineOf({ error: errorOf(problem) }));
  try {
    await errors.close();
    return { parts: [], counts: { records: 1, results: 0, errors: 1 }, errorsKey, problem };
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
