import * as z from "zod";
import { stagingPrefix } from "../bucket/keys.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Problem } from "../problem.ts";
import type { Counts } from "../submission/submission.ts";

const partSchema = z.object({
  part: z.int().nonnegative(),
  inputKey: z.string(),
  records: z.int().positive(),
  sizeBytes: z.int().positive(),
});

const countsSchema = z.object({
  records: z.int().nonnegative(),
  results: z.int().nonnegative(),
  errors: z.int().nonnegative(),
}) satisfies z.ZodType<Counts>;

const problemSchema = z.object({ code: z.string(), message: z.string() }) satisfies z.ZodType<Problem>;

/** What a run writes as its plan.json. Two thousand parts make it about 300 kB. */
const stagedSchema = z.union([
  z.object({
    parts: z.tuple([]),
    counts: countsSchema,
    errorsKey: z.string(),
    problem: problemSchema,
  }),
  z.object({
    parts: z.array(partSchema).min(1),
    counts: countsSchema,
    errorsKey: z.exactOptional(z.string()),
    problem: z.undefined().optional(),
  }),
]);

/** One job's staged input, and what is in it. */
export type StagedPart = z.output<typeof partSchema>;

/**
 * What a run staged: either a part for every job, or, with a `problem`, nothing but errors, one for each record. Where
 * the file as a whole is no file of records, it counts as one record with one error.
 */
export type Staged =
  | { parts: StagedPart[]; counts: Counts; errorsKey?: string; problem?: undefined }
  | { parts: []; counts: Counts; errorsKey: string; problem: Problem };

/** Where one run writes: nothing in these keys is the user's, so Bedrock accepts them all. */
export function runKeys(submissionId: string, run: string) {
  const folder = `${stagingPrefix(submissionId)}${run}/`;
  return {
    plan: `${folder}plan.json`,
    errors: `${folder}errors.jsonl`,
    rewritten: `${folder}rewritten.jsonl`,
    part: (part: number) => `${folder}part-${String(part).padStart(4, "0")}.jsonl`,
  };
}

/** Writes plan.json, the last object of a run. */
export async function writeStaged(
  objects: ObjectStore,
  submissionId: string,
  run: string,
  staged: Staged,
): Promise<void> {
  const writer = objects.writer(runKeys(submissionId, run).plan, "application/json");
  try {
    await writer.write(new TextEncoder().encode(JSON.stringify(staged)));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/**
 * What a run staged, from its plan.json.
 *
 * @throws ObjectMissing if the run never finished, or its files were deleted after the end of its submission
 */
export async function readStaged(objects: ObjectStore, submissionId: string, run: string): Promise<Staged> {
  const key = runKeys(submissionId, run).plan;
  const parsed = stagedSchema.safeParse(JSON.parse(await textOf(objects.read({ key }))));
  if (!parsed.success)
    throw new Error(
      `${key} is not a plan that this version of Sluice wrote: ${z.prettifyError(parsed.error)}. Drop the file again.`,
    );
  return parsed.data;
}
