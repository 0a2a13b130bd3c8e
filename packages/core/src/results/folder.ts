import * as z from "zod";
import { ERRORS_NAME, RESULTS_NAME, resultsFolders, SUMMARY_NAME } from "../bucket/keys.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Submission } from "../submission/submission.ts";

/** A summary of 2,000 jobs with a long message each stays below it; what is longer is none of ours. */
const MAX_SUMMARY_BYTES = 16_000_000;

const count = z.int().nonnegative();
const endSchema = z.object({
  submissionId: z.string(),
  counts: z.object({ records: count, results: count, errors: count }),
});

/** What is read of a summary. */
const summarySchema = z.discriminatedUnion("status", [
  endSchema.extend({ status: z.literal(["Done", "Stopped"]) }),
  endSchema.extend({ status: z.literal("Refused"), problem: z.object({ code: z.string(), message: z.string() }) }),
]);
type Summary = z.output<typeof summarySchema>;

/** Where the results of a submission go, or lie. */
export interface Place {
  folder: string;
  /** Its summary, where the results lie there already: it is written last, so all of them do. */
  summary?: Summary;
}

/**
 * The folder of a submission's results: the one that it has been given; where its results lie although nothing here
 * knows; or the first in which nothing lies at all. What somebody else put into `processed/` is left as it is.
 *
 * @param mayTakePlain false where the plain folder is another submission's, or is to stay free
 * @throws if something else lies in every folder that the submission can have
 */
export async function findPlace(objects: ObjectStore, submission: Submission, mayTakePlain: boolean): Promise<Place> {
  const { key, submissionId, folder } = submission;
  if (folder !== undefined) return placeOf(folder, await summaryIn(objects, folder, submissionId));
  const { plain, own } = resultsFolders(key, submissionId);
  for (const candidate of [plain, ...own]) {
    const summary = await summaryIn(objects, candidate, submissionId);
    if (summary !== undefined && summary !== "another's") return placeOf(candidate, summary);
    const isOpenToIt = candidate !== plain || mayTakePlain;
    if (isOpenToIt && summary === undefined && (await isEmpty(objects, candidate))) return { folder: candidate };
  }
  throw new Error(
    `Something else lies in ${plain} and in all ${own.length} folders of the submission ${submissionId} there, and is not overwritten. Move it elsewhere; the results are then written at the next try.`,
  );
}

function placeOf(folder: string, summary: Summary | "another's" | undefined): Place {
  return summary === undefined || summary === "another's" ? { folder } : { folder, summary };
}

/** True if none of the three objects of a submission's results lies there. */
async function isEmpty(objects: ObjectStore, folder: string): Promise<boolean> {
  const heads = await Promise.all([RESULTS_NAME, ERRORS_NAME].map((name) => objects.head(`${folder}${name}`)));
  return heads.every((head) => head === undefined);
}

async function summaryIn(
  objects: ObjectStore,
  folder: string,
  submissionId: string,
): Promise<Summary | "another's" | undefined> {
  const head = await objects.head(`${folder}${SUMMARY_NAME}`);
  if (head === undefined) return undefined;
  if (head.sizeBytes > MAX_SUMMARY_BYTES) return "another's";
  const summary = readSummary(await textOf(objects.read({ key: head.key, etag: head.etag })));
  return summary?.submissionId === submissionId ? summary : "another's";
}

function readSummary(text: string): Summary | undefined {
  try {
    return summarySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
