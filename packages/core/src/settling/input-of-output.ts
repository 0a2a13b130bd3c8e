import type { EndedJob } from "../job/job.ts";
import { LineWriter } from "../objects/line-writer.ts";
import type { ObjectStore } from "../ports/objects.ts";
import { FingerprintSet, fingerprinter } from "../records/fingerprint.ts";
import { recordLines } from "../records/record-lines.ts";
import { findOutput } from "./job-output.ts";
import { MAX_OUTPUT_LINE_BYTES, readOutput } from "./output-line.ts";

const NOBODY = new TextEncoder().encode("{}");

/**
 * Writes what stands for a prepared input of which nothing is left: the records that the job's output names, in its
 * order, and an empty object for each that it does not. So every record has its line in the end, and what Bedrock was
 * paid for is given to somebody.
 */
export async function writeInputOfOutput(objects: ObjectStore, job: EndedJob, key: string): Promise<void> {
  const fingerprint = await fingerprinter();
  const named = new FingerprintSet();
  const lines = new LineWriter(objects, key);
  const { lines: output } = await findOutput(objects, job);
  try {
    if (output !== undefined)
      for await (const batch of recordLines(objects, output, MAX_OUTPUT_LINE_BYTES))
        for (const line of batch) {
          const { recordId, modelInput } = readOutput(line);
          if (recordId === undefined || lines.count === job.recordCount || !named.add(fingerprint(recordId))) continue;
          await lines.add(new TextEncoder().encode(JSON.stringify({ recordId, modelInput })));
        }
    while (lines.count < job.recordCount) await lines.add(NOBODY);
    await lines.close();
  } catch (error) {
    await lines.abort();
    throw error;
  }
}
