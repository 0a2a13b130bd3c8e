import { ERRORS_NAME, type Submission, settledKeys } from "@sluice/core";
import type { Site } from "../reach/sluice.ts";
import type { ShownJob } from "./jobs.ts";

/** How many errors are shown; the rest is in the file. */
const MOST_SHOWN = 5;
/** So much of a file of errors is read for them: a line holds the whole record. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Why one record has no result. */
export interface ShownError {
  line?: number;
  recordId?: string;
  code: string;
  message: string;
}

/**
 * The first errors of a submission: of its errors file once there is one, before that of the jobs that are settled.
 *
 * @param prefix the folder of its results, if it has one
 */
export async function firstErrors(
  site: Site,
  { submissionId, counts }: Submission,
  jobs: readonly ShownJob[],
  prefix: string | undefined,
): Promise<ShownError[]> {
  if (counts.errors === 0) return [];
  if (prefix !== undefined) return errorsAt(site, `${prefix}${ERRORS_NAME}`);
  const failed = jobs.find(({ errors = 0 }) => errors > 0);
  return failed === undefined ? [] : errorsAt(site, settledKeys(submissionId, failed.part).errors);
}

async function errorsAt({ objects }: Site, key: string): Promise<ShownError[]> {
  const head = await objects.head(key);
  if (head === undefined) return [];
  const errors: ShownError[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of objects.read({ key, start: 0, end: MOST_BYTES })) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const error = errorIn(line);
      if (error !== undefined) errors.push(error);
      if (errors.length === MOST_SHOWN) return errors;
    }
  }
  return errors;
}

/** The error of a line; undefined for one that is cut, or none of ours. */
function errorIn(text: string): ShownError | undefined {
  let row: { line?: unknown; recordId?: unknown; error?: { code?: unknown; message?: unknown; line?: unknown } };
  try {
    row = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { line, recordId, error } = row;
  if (typeof error?.code !== "string" || typeof error.message !== "string") return undefined;
  return {
    ...(typeof line === "number" && { line }),
    ...(typeof recordId === "string" && { recordId }),
    code: error.code,
    message: error.message,
  };
}
