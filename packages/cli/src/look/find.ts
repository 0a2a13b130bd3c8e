import type { Submission } from "@sluice/core";
import { Failure } from "../failure.ts";
import type { Site } from "../reach/sluice.ts";

/** The length of a whole id. */
const ID_CHARS = 26;
const PAGE = 200;
/** How many pages a search by the first letters reads: the newest 10,000 submissions. */
const MOST_PAGES = 50;
/** How many of several that fit are named. */
const MOST_NAMED = 5;

/**
 * The submission of an id, or of the first letters of one, or of one of its jobs.
 *
 * @throws Failure if there is none, or more than one
 */
export async function findSubmission(site: Site, id: string): Promise<Submission> {
  const { store } = site;
  const wanted = id.toUpperCase();
  if (wanted.length === ID_CHARS) {
    const job = await store.jobs.get(wanted);
    const found = await store.submissions.get(job?.submissionId ?? wanted);
    if (found !== undefined) return found;
  }
  const fitting = await beginningWith(site, wanted);
  const [only, ...others] = fitting;
  if (only === undefined)
    throw new Failure("NotFound", `There is no submission ${id} in ${site.name}.`, "sluice ls shows their ids.");
  if (others.length === 0) return only;
  const names = fitting.slice(0, MOST_NAMED).map(({ submissionId, key }) => `${submissionId} (${key})`);
  throw new Failure(
    "Ambiguous",
    `${fitting.length} submissions begin with ${id}.`,
    `Did you mean ${names.join(" or ")}?`,
  );
}

async function beginningWith({ store }: Site, letters: string): Promise<Submission[]> {
  const fitting: Submission[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await store.submissions.newest(PAGE, cursor);
    fitting.push(...items.filter(({ submissionId }) => submissionId.startsWith(letters)));
    if (next === undefined) break;
    cursor = next;
  }
  return fitting;
}
