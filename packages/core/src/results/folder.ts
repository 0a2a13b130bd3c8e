import { ERRORS_NAME, RESULTS_NAME, resultsFolders } from "../bucket/keys.ts";
import type { ObjectStore } from "../ports/objects.ts";
import type { Submission } from "../submission/submission.ts";
import { type Summary, summaryIn } from "./summary.ts";

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
  if (folder !== undefined) return placeOf(folder, await summaryIn(objects, folder), submissionId);
  const { plain, own } = resultsFolders(key, submissionId);
  for (const candidate of [plain, ...own]) {
    const found = await summaryIn(objects, candidate);
    const place = placeOf(candidate, found, submissionId);
    if (place.summary !== undefined) return place;
    const isOpenToIt = candidate !== plain || mayTakePlain;
    if (isOpenToIt && found === undefined && (await isEmpty(objects, candidate))) return place;
  }
  throw new Error(
    `Something else lies in ${plain} and in all ${own.length} folders of the submission ${submissionId} there, and is not overwritten. Move it elsewhere; the results are then written at the next try.`,
  );
}

function placeOf(folder: string, found: Summary | "foreign" | undefined, submissionId: string): Place {
  const isOurs = found !== undefined && found !== "foreign" && found.submissionId === submissionId;
  return isOurs ? { folder, summary: found } : { folder };
}

/** True if none of the three objects of a submission's results lies there. */
async function isEmpty(objects: ObjectStore, folder: string): Promise<boolean> {
  const heads = await Promise.all([RESULTS_NAME, ERRORS_NAME].map((name) => objects.head(`${folder}${name}`)));
  return heads.every((head) => head === undefined);
}
