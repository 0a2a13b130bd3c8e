import { Blocks } from "../objects/blocks.ts";
import type { ObjectStore } from "../ports/objects.ts";
import { withMember } from "../records/splice.ts";
import type { SubmissionFacts } from "../submission/submission.ts";
import { defaultPlanLimits } from "./limits.ts";
import { Media } from "./media.ts";
import { type ErrorEntry, type GoodRecord, type Rules, type Scanned, type Sink, scan } from "./scan.ts";

/** Where a slice lies in its drop. */
export interface SlicePlace {
  /** How many good records stand before it. */
  before: number;
  /** How many it has. */
  records: number;
  /** How many the whole drop has. */
  ofDrop: number;
}

/**
 * Writes the records of one slice once more, out of the user's own object.
 *
 * @returns false if that yields other records than the plan counted, and nothing is written then: the rules by which
 * records are checked may have changed meanwhile
 * @throws ObjectMissing, ObjectChanged if the drop is no longer the object that was planned
 */
export function rebuildSlice(
  objects: ObjectStore,
  drop: SubmissionFacts,
  lane: Rules["lane"],
  { before, records, ofDrop }: SlicePlace,
  key: string,
): Promise<boolean> {
  let seen = 0;
  const good = (blocks: Blocks, { bytes, member }: GoodRecord) => {
    const isOfSlice = seen >= before && seen < before + records;
    if (isOfSlice) blocks.add(member === undefined ? bytes : withMember(bytes, member));
    seen++;
  };
  return rebuild(objects, drop, lane, key, { good }, (scanned) => scanned.good === ofDrop);
}

/** Writes the errors that the plan found once more; as `rebuildSlice`. */
export function rebuildErrors(
  objects: ObjectStore,
  drop: SubmissionFacts,
  lane: Rules["lane"],
  errors: number,
  key: string,
): Promise<boolean> {
  const bad = (blocks: Blocks, entry: ErrorEntry) => blocks.add(new TextEncoder().encode(JSON.stringify(entry)));
  return rebuild(objects, drop, lane, key, { bad }, (scanned) => scanned.records - scanned.good === errors);
}

async function rebuild(
  objects: ObjectStore,
  { key: source, etag, modelId, invocation }: SubmissionFacts,
  lane: Rules["lane"],
  key: string,
  take: { good?: (blocks: Blocks, record: GoodRecord) => void; bad?: (blocks: Blocks, entry: ErrorEntry) => void },
  isAsPlanned: (scanned: Extract<Scanned, { good: number }>) => boolean,
): Promise<boolean> {
  const blocks = new Blocks(objects, key);
  const sink: Sink = {
    good: (record) => take.good?.(blocks, record),
    bad: (entry) => take.bad?.(blocks, entry),
    drain: () => blocks.drain(),
  };
  try {
    const file = objects.read({ key: source, etag });
    // Media are looked up as the plan did, so that a record it refused for them is refused again. None is copied.
    const media = new Media(objects, source, `${key}/`);
    const scanned = await scan(file, { lane, modelId, invocation, media }, defaultPlanLimits, sink);
    const isGood = scanned.document === undefined && isAsPlanned(scanned);
    if (isGood) await blocks.close();
    else await blocks.abort();
    return isGood;
  } catch (error) {
    await blocks.abort();
    throw error;
  }
}
