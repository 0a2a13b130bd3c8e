import * as z from "zod";
import { preparedPrefix } from "../bucket/keys.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import type { Counts } from "../submission/submission.ts";
import type { Told } from "./tally.ts";

/** A slice as plan.json has it: its number stands under `part` there, as earlier versions wrote it. */
const sliceSchema = z
  .object({
    part: z.int().nonnegative(),
    inputKey: z.string(),
    /** Of the object of all its records, see `wholeInputKey`; earlier versions did not write it. */
    etag: z.exactOptional(z.string()),
    records: z.int().positive(),
    sizeBytes: z.int().positive(),
    /** How many records of nobody's fill the job up; absent where none do. */
    fillers: z.exactOptional(z.int().positive()),
  })
  .transform(({ part, ...rest }) => ({ slice: part, ...rest }));

const countsSchema = z.object({
  records: z.int().nonnegative(),
  results: z.int().nonnegative(),
  errors: z.int().nonnegative(),
}) satisfies z.ZodType<Counts>;

const problemSchema = z.object({ code: z.string(), message: z.string() }) satisfies z.ZodType<Problem>;

const toldSchema = z.object({
  code: z.string(),
  message: z.string(),
  count: z.int().positive(),
  lines: z.array(z.int().positive()),
}) satisfies z.ZodType<Told>;
const warnings = z.exactOptional(z.array(toldSchema));

/** No plan.json is longer: two thousand slices and the sentences of a `Tally` make far less. */
const MOST_PLAN_BYTES = 10_000_000;

/** What a run writes as its plan.json. Two thousand slices make it about 300 kB; they stand under `parts`. */
const preparedSchema = z.union([
  z
    .object({
      parts: z.tuple([]),
      counts: countsSchema,
      errorsKey: z.string(),
      problem: problemSchema,
      warnings,
    })
    .transform(({ parts, ...rest }) => ({ slices: parts, ...rest })),
  z
    .object({
      parts: z.array(sliceSchema).min(1),
      counts: countsSchema,
      errorsKey: z.exactOptional(z.string()),
      problem: z.undefined().optional(),
      warnings,
    })
    .transform(({ parts, ...rest }) => ({ slices: parts, ...rest })),
]);

/** One job's prepared input, and what is in it. */
export type PreparedSlice = z.output<typeof sliceSchema>;

/**
 * What a run prepared: either a slice for every job, or, with a `problem`, nothing but errors, one for each record.
 * Where the file as a whole is no file of records, it counts as one record with one error.
 */
export type Prepared =
  | { slices: PreparedSlice[]; counts: Counts; errorsKey?: string; problem?: undefined; warnings?: Told[] }
  | { slices: []; counts: Counts; errorsKey: string; problem: Problem; warnings?: Told[] };

/** Where one run writes: nothing in these keys is the user's, so Bedrock accepts them all. */
export function runKeys(submissionId: string, run: string) {
  const folder = `${preparedPrefix(submissionId)}${run}/`;
  return {
    plan: `${folder}plan.json`,
    errors: `${folder}errors.jsonl`,
    rewritten: `${folder}rewritten.jsonl`,
    slice: (slice: number) => `${folder}part-${String(slice).padStart(4, "0")}.jsonl`,
    /** What Bedrock is told of in place of a slice's object: see `wholeInputKey`. */
    sliceFolder: (slice: number) => `${folder}part-${String(slice).padStart(4, "0")}/`,
  };
}

/** The run whose plan.json has this key; undefined for every other object that was prepared. */
export function runOfPlanKey(submissionId: string, key: string): string | undefined {
  const run = key.slice(preparedPrefix(submissionId).length).split("/")[0] ?? "";
  return key === runKeys(submissionId, run).plan ? run : undefined;
}

/** What plan.json says of it, in the words of the version that wrote the first one. */
function planOf({ slices, ...rest }: Prepared) {
  return { parts: slices.map(({ slice, ...of }) => ({ part: slice, ...of })), ...rest };
}

/** Writes plan.json, the last object of a run. */
export async function writePrepared(
  objects: ObjectStore,
  submissionId: string,
  run: string,
  prepared: Prepared,
): Promise<void> {
  const writer = objects.writer(runKeys(submissionId, run).plan, "application/json");
  try {
    await writer.write(new TextEncoder().encode(JSON.stringify(planOf(prepared))));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/**
 * What a run prepared, from its plan.json.
 *
 * @throws ObjectMissing if the run never finished, or its files were deleted after the end of its submission
 */
export async function readPrepared(objects: ObjectStore, submissionId: string, run: string): Promise<Prepared> {
  const key = runKeys(submissionId, run).plan;
  const parsed = preparedSchema.safeParse(JSON.parse(await textOf(objects.read({ key }))));
  if (!parsed.success)
    throw new Error(
      `${key} is not a plan that this version of Sluice wrote: ${z.prettifyError(parsed.error)}. Drop the file again.`,
    );
  return parsed.data;
}

/**
 * What a run found that looks like a mistake. Nothing depends on it, so that a plan.json which somebody deleted or
 * replaced is no error here.
 *
 * @returns undefined if plan.json is not there, or is none
 */
export async function readWarnings(
  objects: ObjectStore,
  submissionId: string,
  run: string,
): Promise<Told[] | undefined> {
  const { plan: key } = runKeys(submissionId, run);
  const head = await objects.head(key);
  if (head === undefined || head.sizeBytes > MOST_PLAN_BYTES) return undefined;
  const text = await textOf(objects.read({ key, etag: head.etag }));
  try {
    const { data } = preparedSchema.safeParse(JSON.parse(text));
    return data && (data.warnings ?? []);
  } catch {
    return undefined;
  }
}
