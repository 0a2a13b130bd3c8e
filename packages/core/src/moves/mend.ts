import * as z from "zod";
import { DROPS_PREFIX, PROCESSED_PREFIX, preparedPrefix, processedPrefix, SUMMARY_NAME } from "../bucket/keys.ts";
import { jobIdOf, submissionIdOf } from "../ids.ts";
import { readPrepared } from "../intake/prepare.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import type { SubmissionFacts, SubmissionStatus } from "../submission/submission.ts";
import type { World } from "../world.ts";
import { factsOf } from "./plan.ts";

/** The name under which it stands in the table that this was done. */
const BOOKMARK = "mended";
/** Pages of 1,000 objects that are looked at below each of the two prefixes. */
const MOST_PAGES = 1_000;
/** Two thousand jobs make a summary of less than a megabyte; what is larger is none of ours. */
const MAX_SUMMARY_BYTES = 8 * 1024 * 1024;
/** Stands for the run of a submission whose jobs are no longer known. */
const NO_RUN = "mended";

/** What is read of a summary.json. */
const summarySchema = z.object({
  submissionId: z.string(),
  status: z.enum(["Done", "Stopped", "Refused"]),
  key: z.string().startsWith(DROPS_PREFIX),
  etag: z.string(),
  lastModified: z.iso.datetime(),
  model: z.string(),
  lane: z.string(),
  route: z.exactOptional(z.string()),
  counts: z.object({
    records: z.int().nonnegative(),
    results: z.int().nonnegative(),
    errors: z.int().nonnegative(),
  }),
  problem: z.exactOptional(z.object({ code: z.string(), message: z.string() })),
});

type Summary = z.output<typeof summarySchema>;

/** How many submissions were written into the table again. */
export interface Mended {
  /** Those with results, which are not run again. */
  ended: number;
  /** Those whose prepared jobs go on, and are looked for in Bedrock before they are made. */
  open: number;
}

/**
 * Writes into a new table what the bucket still knows from before: the submissions that have ended, by their
 * summaries, and the plans of those that have not. Every other drop is a new one to the next pass. A table that was
 * mended, or had nothing to be mended, says so, and is left alone; an interrupted run is begun again.
 */
export async function mend(world: World): Promise<Mended> {
  const mended: Mended = { ended: 0, open: 0 };
  if ((await world.store.bookmarks.get(BOOKMARK)) !== undefined) return mended;
  for await (const object of objectsBelow(world.objects, PROCESSED_PREFIX)) {
    if (!object.key.endsWith(`/${SUMMARY_NAME}`) || object.sizeBytes > MAX_SUMMARY_BYTES) continue;
    const summary = await summaryAt(world.objects, object.key);
    if (summary !== undefined && (await putEnded(world, summary, object.key))) mended.ended++;
  }
  for await (const object of objectsBelow(world.objects, DROPS_PREFIX))
    if (!object.key.endsWith("/") && (await putOpen(world, object))) mended.open++;
  if (mended.ended + mended.open > 0)
    world.log({
      level: "warn",
      event: "tableMended",
      count: mended.ended + mended.open,
      message: `The table was lost. The bucket told of ${mended.ended} files that have ended, which are not run again, and of ${mended.open} that go on.`,
    });
  await world.store.bookmarks.set(BOOKMARK, { startedAt: world.clock.now() });
  return mended;
}

async function* objectsBelow(objects: ObjectStore, prefix: string): AsyncGenerator<ObjectHead> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await objects.list(prefix, cursor);
    yield* listed.items;
    cursor = listed.cursor;
    if (cursor === undefined) return;
  }
}

/** The summary at a key; undefined for one that we did not write there, as its own ids tell. */
async function summaryAt(objects: ObjectStore, key: string): Promise<Summary | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await textOf(objects.read({ key })));
  } catch {
    return undefined;
  }
  const { success, data } = summarySchema.safeParse(value);
  if (!success) return undefined;
  const id = submissionIdOf(objects.bucket, { ...data, lastModified: Date.parse(data.lastModified) });
  const isOurs = id === data.submissionId && [true, false].some((owns) => key === summaryKey(data, owns));
  return isOurs ? data : undefined;
}

function summaryKey({ key, submissionId }: Summary, ownsPath: boolean): string {
  return `${processedPrefix(key, ownsPath, submissionId)}${SUMMARY_NAME}`;
}

/** Puts a submission that has ended, with where its results lie; false if the table has it as ended. */
async function putEnded({ store, objects, settings }: World, summary: Summary, at: string): Promise<boolean> {
  const { submissionId, key, etag, model, lane, route, counts, status, problem } = summary;
  const { bucket } = objects;
  const lastModified = Date.parse(summary.lastModified);
  const facts: SubmissionFacts = {
    ...{ submissionId, bucket, key, etag, lastModified, sizeBytes: 0, seenAt: lastModified },
    ...(route !== undefined && { route }),
    ...{ lane, modelId: model, invocation: settings.default.invocation, priority: 0 },
  };
  const before = await store.submissions.put(facts);
  // One that runs is its own jobs' to end; an interrupted run of this leaves its own half.
  if (isEnded(before.status) || (before.plan?.run ?? NO_RUN) !== NO_RUN) return false;
  if (status === "Refused")
    return problem !== undefined && (await store.submissions.refuse(submissionId, problem, counts));
  if (at === summaryKey(summary, true)) await store.submissions.claimPath(bucket, key, submissionId);
  await store.submissions.commitPlan(submissionId, { run: NO_RUN, slices: 0 }, counts, []);
  await store.submissions.open(submissionId);
  await store.submissions.finish(submissionId);
  return true;
}

function isEnded(status: SubmissionStatus): boolean {
  return status === "Done" || status === "Stopped" || status === "Refused";
}

/** Commits the plan that a drop has already; false if it has none, or is in the table. */
async function putOpen(world: World, listed: ObjectHead): Promise<boolean> {
  const { store, objects } = world;
  const submissionId = submissionIdOf(objects.bucket, listed);
  if ((await store.submissions.get(submissionId)) !== undefined) return false;
  const run = await preparedRun(objects, submissionId);
  const head = run === undefined ? undefined : await objects.head(listed.key);
  if (run === undefined || head === undefined || submissionIdOf(objects.bucket, head) !== submissionId) return false;
  const { facts, problem } = factsOf(world, head);
  const { slices, counts, problem: refusal } = await readPrepared(objects, submissionId, run);
  if (problem !== undefined || refusal !== undefined) return false;
  await store.submissions.put(facts);
  const openJobs = slices.map(({ slice }) => jobIdOf(submissionId, head.lastModified, slice));
  await store.submissions.commitPlan(submissionId, { run, slices: slices.length }, counts, openJobs);
  return true;
}

/** The run that wrote its plan.json, which is the last thing that a run writes. */
async function preparedRun(objects: ObjectStore, submissionId: string): Promise<string | undefined> {
  const prefix = preparedPrefix(submissionId);
  const plan = (await objects.list(prefix)).items.find(({ key }) => key.endsWith("/plan.json"));
  return plan?.key.slice(prefix.length, -"/plan.json".length);
}
