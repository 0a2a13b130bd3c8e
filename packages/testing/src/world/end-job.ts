import type { BedrockStatus, Sighting } from "@sluice/core";
import type { MemoryJob } from "../memory/batch.ts";
import type { MemoryObjects } from "../memory/objects.ts";
import type { MemoryWorld } from "./world.ts";

/** How Bedrock ends a job in a test. */
export interface JobEnd {
  status?: BedrockStatus;
  /** Records that get an error of the model's. */
  refuses?: (recordId: string) => boolean;
  /** Records that get no output at all. */
  skips?: (recordId: string) => boolean;
}

/** A line of Bedrock's output, for a line of its input. */
function outputLine(line: string, refused: boolean): string {
  const record = JSON.parse(line);
  return JSON.stringify(
    refused
      ? { ...record, error: { errorCode: 400, errorMessage: "The model refused this." } }
      : { ...record, modelOutput: { text: `to ${record.recordId}` } },
  );
}

/**
 * Ends a job as Bedrock does: its output in the reverse order of its input, the manifest, then its status. The event
 * that Bedrock would send.
 */
export async function endJob(
  { batch, objects }: MemoryWorld,
  job: MemoryJob,
  { status = "Completed", refuses = () => false, skips = () => false }: JobEnd = {},
): Promise<Sighting> {
  const { inputKey, outputPrefix } = job.request;
  const idOf = (line: string): string => JSON.parse(line).recordId;
  const folder = `${outputPrefix}${job.arn.slice(job.arn.lastIndexOf("/") + 1)}/`;
  const counts = { totalRecordCount: 0, processedRecordCount: 0, successRecordCount: 0, errorRecordCount: 0 };
  for (const key of filesOf(objects, inputKey)) {
    const lines = objects
      .text(key)
      .split("\n")
      .filter((line) => line !== "");
    const processed = lines.filter((line) => !skips(idOf(line)));
    const refused = processed.filter((line) => refuses(idOf(line)));
    const output = processed.map((line) => `${outputLine(line, refused.includes(line))}\n`).reverse();
    if (processed.length > 0) objects.put(`${folder}${key.slice(key.lastIndexOf("/") + 1)}.out`, output.join(""));
    counts.totalRecordCount += lines.length;
    counts.processedRecordCount += processed.length;
    counts.errorRecordCount += refused.length;
    counts.successRecordCount += processed.length - refused.length;
  }
  const { totalRecordCount: totalRecords, processedRecordCount: processedRecords } = counts;
  if (processedRecords > 0)
    objects.put(`${folder}manifest.json.out`, JSON.stringify({ ...counts, inputTokenCount: 7, outputTokenCount: 9 }));
  return batch.move(job.arn, status, { totalRecords, processedRecords });
}

/** The files that a job reads: one, or all of a folder. */
function filesOf(objects: MemoryObjects, inputKey: string): string[] {
  return inputKey.endsWith("/") ? objects.keys(inputKey).filter((key) => key.endsWith(".jsonl")) : [inputKey];
}
