import * as z from "zod";
import { joinedOutputKey } from "../bucket/keys.ts";
import { OutputIncomplete } from "../errors.ts";
import type { EndedJob } from "../job/job.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectHead, ObjectStore } from "../ports/objects.ts";

/** A real manifest has six numbers; what is longer is none. */
const MAX_MANIFEST_BYTES = 1_000_000;
const MANIFEST_NAME = "manifest.json.out";
const LF = 0x0a;

/** A count that is missing or no count is taken for unknown: whether that matters, `checkAgainstManifest` decides. */
const count = z.int().nonnegative().optional().catch(undefined);

/** The field names are those of a manifest that a user published; AWS documents none of them. */
const manifestSchema = z.object({
  totalRecordCount: count,
  processedRecordCount: count,
  successRecordCount: count,
  errorRecordCount: count,
  inputTokenCount: count,
  outputTokenCount: count,
});
export type Manifest = z.output<typeof manifestSchema>;

/** What Bedrock wrote for a job. */
export interface JobOutput {
  /** The object of the output lines; absent if there is none. */
  lines?: ObjectHead;
  manifest?: Manifest;
}

/** True for the two ends at which Bedrock promises its output: settling on less would lose what was paid for. */
export function promisesOutput(job: EndedJob): boolean {
  return job.status === "Completed" || job.status === "PartiallyCompleted";
}

/**
 * Looks up the output below `outputPrefix/<what follows the last / of the ARN>/`. Throws `OutputIncomplete` if the job's end
 * promises output and it is not there; for every other end, what is there counts.
 */
export async function findOutput(objects: ObjectStore, job: EndedJob): Promise<JobOutput> {
  const { arn, inputKey, outputPrefix, jobId } = job;
  const promised = promisesOutput(job);
  if (arn === undefined) {
    if (promised) throw new OutputIncomplete(jobId, "its ARN is not known yet, so neither is the place of its output");
    return {};
  }
  const folder = `${outputPrefix}${arn.slice(arn.lastIndexOf("/") + 1)}/`;
  const linesKey = `${folder}${inputKey.slice(inputKey.lastIndexOf("/") + 1)}.out`;
  const manifest = await readManifest(objects, `${folder}${MANIFEST_NAME}`);
  const lines = inputKey.endsWith("/") ? await joinOutputs(objects, job, folder) : await objects.head(linesKey);
  if (promised) {
    if (manifest === undefined)
      throw new OutputIncomplete(jobId, `${folder}${MANIFEST_NAME} is not there or not readable`);
    // Where nothing was processed there may be no lines to write.
    if (lines === undefined && manifest.processedRecordCount !== 0)
      throw new OutputIncomplete(jobId, `${linesKey} is not there`);
  }
  return { ...(lines === undefined ? {} : { lines }), ...(manifest === undefined ? {} : { manifest }) };
}

/**
 * Throws `OutputIncomplete` unless the manifest's number of records is the number of lines read, or of the job's
 * records that have an output: these differ where Bedrock repeats a line.
 */
export function checkAgainstManifest(
  job: EndedJob,
  manifest: Manifest,
  read: { lines: number; records: number; unreadable: number },
): void {
  const { processedRecordCount, totalRecordCount, successRecordCount, errorRecordCount } = manifest;
  // Not a number where either is unknown, and no number of lines is that.
  const tried = (successRecordCount ?? Number.NaN) + (errorRecordCount ?? Number.NaN);
  if (read.unreadable > 0)
    throw new OutputIncomplete(job.jobId, `${read.unreadable} of its ${read.lines} lines cannot be read as JSON`);
  const promised = [processedRecordCount, totalRecordCount, tried];
  if (promised.includes(read.lines) || promised.includes(read.records)) return;
  throw new OutputIncomplete(
    job.jobId,
    `it has ${read.lines} lines, and the manifest promises ${processedRecordCount ?? "an unknown number of"} ` +
      `processed records of ${totalRecordCount ?? "an unknown number"}`,
  );
}

/**
 * The output of a job whose input was a folder, as one object: Bedrock writes one for each of its files. Whether they
 * are all there, the manifest's counts say.
 */
async function joinOutputs(objects: ObjectStore, job: EndedJob, folder: string): Promise<ObjectHead | undefined> {
  const { items: inputs } = await objects.list(job.inputKey);
  const names = inputs.map(({ key }) => key.slice(job.inputKey.length)).filter((name) => /^\d+\.jsonl$/.test(name));
  const keys = names.map((name) => `${folder}${name}.out`);
  const heads = (await Promise.all(keys.map((key) => objects.head(key)))).filter((head) => head !== undefined);
  const [only] = heads;
  if (heads.length < 2) return only;
  const lineFeed = await writeLineFeed(objects, job);
  const joined = joinedOutputKey(job.submissionId, job.slice);
  // A file's last line may have no end.
  await objects.compose(
    joined,
    heads.flatMap(({ key, etag }) => [{ key, etag }, { key: lineFeed }]),
  );
  return objects.head(joined);
}

async function writeLineFeed(objects: ObjectStore, job: EndedJob): Promise<string> {
  const key = `${joinedOutputKey(job.submissionId, job.slice)}.end`;
  const writer = objects.writer(key);
  try {
    await writer.write(Uint8Array.of(LF));
    await writer.close();
    return key;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function readManifest(objects: ObjectStore, key: string): Promise<Manifest | undefined> {
  const found = await objects.head(key);
  if (found === undefined || found.sizeBytes > MAX_MANIFEST_BYTES) return undefined;
  const text = await textOf(objects.read({ key, etag: found.etag }));
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
