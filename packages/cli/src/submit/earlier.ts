import { stat } from "node:fs/promises";
import {
  DROPS_PREFIX,
  MODEL_METADATA,
  type ObjectHead,
  type Submission,
  type SubmissionStatus,
  submissionIdOf,
} from "@sluice/core";
import type { CommonOptions } from "../options.ts";
import { openSite } from "../reach/open.ts";
import { type DropSite, isSite } from "../reach/sluice.ts";
import { namesFor } from "./keys.ts";
import type { Wishes } from "./route.ts";

/** A file of this content that was dropped before, and need not be run again. */
export interface Earlier {
  id: string;
  key: string;
  /** Absent while nobody has taken it in. */
  status?: SubmissionStatus;
}

/**
 * The newest drop of the same name, content and model that is done, or on its way to be; undefined if there is none,
 * or only refused ones.
 */
export async function earlierDrop(
  site: DropSite,
  file: string,
  wishes: Wishes,
  place: CommonOptions,
): Promise<Earlier | undefined> {
  const { size } = await stat(file);
  const alike: ObjectHead[] = [];
  for (const key of namesFor(file, wishes.route)) {
    const head = await site.objects.head(key);
    if (head === undefined) break;
    if (head.sizeBytes === size && head.metadata[MODEL_METADATA] === wishes.model) alike.push(head);
  }
  for (const head of alike.reverse()) {
    if (!(await site.hasContent(head, file))) continue;
    const id = submissionIdOf(site.objects.bucket, head);
    const status = (await submissionOf(site, id, place))?.status;
    if (status === "Refused" || status === "Stopped") continue;
    return { id, key: head.key, ...(status !== undefined && { status }) };
  }
  return undefined;
}

/** A submission of a site, also of a directory on which nothing runs. */
async function submissionOf(site: DropSite, id: string, place: CommonOptions): Promise<Submission | undefined> {
  if (isSite(site)) return site.store.submissions.get(id);
  const opened = await openSite(place).catch(() => undefined);
  try {
    return await opened?.store.submissions.get(id);
  } finally {
    await opened?.close();
  }
}

/** What is to be said of a file that is not dropped again. */
export function earlierWords({ id, key, status }: Earlier): string {
  const where = `${key.slice(DROPS_PREFIX.length)} (${id})`;
  if (status === "Done") return `is done already, as ${where}`;
  if (status === undefined) return `is in the bucket already, as ${where}, and waits to be taken in`;
  return `is under way already, as ${where}`;
}
