import * as z from "zod";
import { joinedOutputKey } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import { textOf } from "../objects/text.ts";
import type { ObjectHead, ObjectStore } from "../ports/objects.ts";
import { type FillerOutput, readFillers } from "./filler-output.ts";

/** A real manifest has six numbers; what is longer is none. */
const MAX_MANIFEST_BYTES = 1_000_000;
const MANIFEST_NAME = "manifest.json.out";
const LF = 0x0a;
/** The output of one of the files that a plan writes into the folder of a job. */
const FOLDER_OUTPUT = /^\d+\.jsonl\.out$/;

/** A count that is missing or no count is taken for unknown: whether that matters, `whyIncomplete` decides. */
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
type Manifest = z.output<typeof manifestSchema>;

/** What Bedrock wrote for a job. */
export interface JobOutput {
  /** The object of the output lines; absent if there is none. */
  lines?: ObjectHead;
  manifest?: Manifest;
  /** What came of the records that filled the job up; absent where none did. */
  fillers?: FillerOutput;
}

/** True for the two ends at which Bedrock promises its output: settling on less would lose what was paid for. */
export function promisesOutput(job: EndedJob): boolean {
  return job.status === "Completed" || job.status === "PartiallyCompleted";
}

/** Looks up the output below `outputPrefix/<what follows the last / of the ARN>/`. */
export async function findOutput(objects: ObjectStore, job: EndedJob): Promise<JobOutput> {
  const { manifest, files } = await lookUp(objects, job);
  const lines = files.length < 2 ? files[0] : await joinOutputs(objects, job, files);
  const folder = job.fillers === undefined ? undefined : outputKeys(job)?.folder;
  const fillers = folder === undefined ? undefined : await readFillers(objects, folder);
  return {
    ...(lines === undefined ? {} : { lines }),
    ...(manifest === undefined ? {} : { manifest }),
    ...(fillers === undefined ? {} : { fillers }),
  };
}

/** The manifest, and the objects of the output lines: several where the job's input was. */
async function lookUp(objects: ObjectStore, job: EndedJob): Promise<{ manifest?: Manifest; files: ObjectHead[] }> {
  const keys = outputKeys(job);
  if (keys === undefined) return { files: [] };
  const manifest = await readManifest(objects, keys.manifest);
  const found = job.inputKey.endsWith("/") ? await outputsIn(objects, keys.folder) : [await objects.head(keys.lines)];
  const files = found.filter((head) => head !== undefined);
  return { files, ...(manifest === undefined ? {} : { manifest }) };
}

/** Where Bedrock writes for a job; undefined for one that it never had. Of a folder it writes one for each file. */
function outputKeys({ arn, inputKey, outputPrefix }: EndedJob) {
  if (arn === undefined) return undefined;
  const folder = `${outputPrefix}${arn.slice(arn.lastIndexOf("/") + 1)}/`;
  const name = inputKey.endsWith("/") ? "0000.jsonl" : inputKey.slice(inputKey.lastIndexOf("/") + 1);
  return { folder, lines: `${folder}${name}.out`, manifest: `${folder}${MANIFEST_NAME}` };
}

/**
 * Why more of a job's output may be expected, in words; undefined if it is all there. It is, where it has something of
 * every record, whatever the manifest says; where one of the manifest's numbers agrees with the lines; and where the
 * job's end promises none.
 *
 * @param read what was read of the output; without it only what can be told without reading it is
 */
export function whyIncomplete(
  job: EndedJob,
  { lines, manifest, fillers = { lines: 0 } }: JobOutput,
  read?: { lines: number; records: number },
): string | undefined {
  const keys = outputKeys(job);
  if (!promisesOutput(job) || read?.records === job.recordCount) return undefined;
  if (keys === undefined) return "its ARN is not known yet, so neither is the place of its output";
  if (manifest === undefined) return `${keys.manifest} is not there or not readable`;
  const { processedRecordCount, totalRecordCount } = manifest;
  // Where nothing was processed there may be no lines to write.
  if (lines === undefined && processedRecordCount !== 0) return `${keys.lines} is not there`;
  if (read === undefined) return undefined;
  const all = read.lines + fillers.lines;
  if (agrees(manifest, { records: read.records + fillers.lines, lines: all })) return undefined;
  return (
    `it has ${all} lines, and the manifest promises ${processedRecordCount ?? "an unknown number of"} ` +
    `processed records of ${totalRecordCount ?? "an unknown number"}`
  );
}

/**
 * What an ended job that is not settled waits for, in words, as far as it can be told without reading its lines;
 * undefined if nothing is missing that could be told.
 */
export async function awaitedOutput(objects: ObjectStore, job: EndedJob): Promise<string | undefined> {
  const { files, manifest } = await lookUp(objects, job);
  const [lines] = files;
  return whyIncomplete(job, {
    ...(lines === undefined ? {} : { lines }),
    ...(manifest === undefined ? {} : { manifest }),
  });
}

/** A record has several lines where Bedrock repeats one, or where a raw line end cuts its answer in two. */
function agrees(manifest: Manifest, { lines, records }: { lines: number; records: number }): boolean {
  const { processedRecordCount, totalRecordCount, successRecordCount, errorRecordCount } = manifest;
  // Not a number where either is unknown, and no number of lines is that.
  const tried = (successRecordCount ?? Number.NaN) + (errorRecordCount ?? Number.NaN);
  return [processedRecordCount, totalRecordCount, tried].some(
    (promised) => promised !== undefined && records <= promised && promised <= lines,
  );
}

/**
 * The outputs of a job whose input was a folder. They are told by their own names, and not by the input's, which may be
 * gone; whether they are all there, the manifest's counts say.
 */
async function outputsIn(objects: ObjectStore, folder: string): Promise<ObjectHead[]> {
  const outputs: ObjectHead[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await objects.list(folder, cursor);
    outputs.push(...page.items.filter(({ key }) => FOLDER_OUTPUT.test(key.slice(folder.length))));
    cursor = page.cursor;
  }
  return outputs;
}

/** The outputs of several files as one object. */
async function joinOutputs(
  objects: ObjectStore,
  job: EndedJob,
  files: readonly ObjectHead[],
): Promise<ObjectHead | undefined> {
  const lineFeed = await writeLineFeed(objects, job);
  const joined = joinedOutputKey(job.submissionId, job.slice);
  // A file's last line may have no end.
  await objects.compose(
    joined,
    files.flatMap(({ key, etag }) => [{ key, etag }, { key: lineFeed }]),
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
