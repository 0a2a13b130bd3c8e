import * as z from "zod";
import { DROPS_PREFIX, SUMMARY_NAME } from "../bucket/keys.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectStore } from "../ports/objects.ts";

/** A summary of 2,000 jobs with a long message each stays below it; what is longer is none of ours. */
const MAX_SUMMARY_BYTES = 16_000_000;

const count = z.int().nonnegative();
const headSchema = z.object({
  submissionId: z.string(),
  key: z.string().startsWith(DROPS_PREFIX),
  etag: z.string(),
  lastModified: z.iso.datetime(),
  model: z.string(),
  lane: z.string(),
  route: z.exactOptional(z.string()),
  counts: z.object({ records: count, results: count, errors: count }),
});

/** What is read of a summary again: what it says of the submission, not of its jobs. */
const summarySchema = z.discriminatedUnion("status", [
  headSchema.extend({ status: z.literal(["Done", "Stopped"]) }),
  headSchema.extend({ status: z.literal("Refused"), problem: z.object({ code: z.string(), message: z.string() }) }),
]);
export type Summary = z.output<typeof summarySchema>;

/** The summary in a folder of results; "foreign" for an object under its name that Sluice did not write. */
export async function summaryIn(objects: ObjectStore, folder: string): Promise<Summary | "foreign" | undefined> {
  const head = await objects.head(`${folder}${SUMMARY_NAME}`);
  if (head === undefined) return undefined;
  if (head.sizeBytes > MAX_SUMMARY_BYTES) return "foreign";
  try {
    const value: unknown = JSON.parse(await textOf(objects.read({ key: head.key, etag: head.etag })));
    return summarySchema.safeParse(value).data ?? "foreign";
  } catch (error) {
    if (error instanceof SyntaxError) return "foreign";
    throw error;
  }
}
