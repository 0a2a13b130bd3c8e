import { wholeInputKey } from "../bucket/keys.ts";
import { ObjectChanged, ObjectMissing, OutputIncomplete } from "../errors.ts";
import type { EndedJob, Outcome } from "../job/job.ts";
import type { ObjectHead, ObjectStore, Piece } from "../ports/objects.ts";
import { checkAgainstManifest, findOutput, type JobOutput, type Manifest, promisesOutput } from "./job-output.ts";
import { Outputs } from "./outputs.ts";
import { type Positions, readPositions } from "./prepared-input.ts";
import { SettledFiles } from "./settled-files.ts";

/** How many bytes of output lines are held at once: far less than the smallest function that collects has. */
const DEFAULT_BUDGET_BYTES = 64_000_000;

export interface SettleOptions {
  /** The most bytes of output lines that are held because they came before their turn; 64 MB if left out. */
  budgetBytes?: number;
}

/** What became of a job's records, and what the manifest says of them; Bedrock's times are not in its output. */
export type Settled = Omit<Outcome, "submittedAt" | "endedAt">;

/**
 * Gives every record of an ended job its result or its error: writes `settled/<submission>/<slice>.results.jsonl`
 * (Bedrock's output lines, byte for byte) and `.errors.jsonl` (the prepared input's lines with an `error` in them), both
 * in the input's order, in bounded memory whatever the order of the output. Doing it again writes the same bytes.
 *
 * @throws OutputIncomplete if the job Completed or PartiallyCompleted and its output is not all there: try again later.
 * Error, with words, if the prepared input is not what was planned. In both cases nothing was written.
 */
export async function settleOutput(objects: ObjectStore, job: EndedJob, options: SettleOptions = {}): Promise<Settled> {
  const output = await findOutput(objects, job);
  const inputKey = wholeInputKey(job.inputKey);
  const prepared = await objects.head(inputKey);
  if (prepared === undefined) throw new ObjectMissing(inputKey);
  const input: Piece = { key: prepared.key, etag: prepared.etag };
  const positions = await readPositions(objects, job, input);
  const files = new SettledFiles(objects, job, input);
  try {
    await settleOutputs(objects, job, output, positions, files, options.budgetBytes ?? DEFAULT_BUDGET_BYTES);
    const { results, errors } = await files.close(positions.count);
    return { results, errors, ...countsOf(output.manifest) };
  } catch (error) {
    await files.abort();
    throw changedMeanwhile(error, job, output.lines);
  }
}

async function settleOutputs(
  objects: ObjectStore,
  job: EndedJob,
  { lines, manifest }: JobOutput,
  positions: Positions,
  files: SettledFiles,
  budgetBytes: number,
): Promise<void> {
  const outputs =
    lines &&
    new Outputs(objects, lines, positions, budgetBytes, (position, kind, line) => files.output(position, kind, line));
  const read = (await outputs?.firstPass()) ?? { lines: 0, unreadable: 0, records: 0 };
  if (promisesOutput(job) && manifest !== undefined) checkAgainstManifest(job, manifest, read);
  await outputs?.laterPasses();
}

function countsOf(manifest: Manifest | undefined): Omit<Settled, "results" | "errors"> {
  const { totalRecordCount, processedRecordCount, inputTokenCount, outputTokenCount } = manifest ?? {};
  return {
    ...(totalRecordCount === undefined ? {} : { totalRecords: totalRecordCount }),
    ...(processedRecordCount === undefined ? {} : { processedRecords: processedRecordCount }),
    ...(inputTokenCount === undefined ? {} : { inputTokens: inputTokenCount }),
    ...(outputTokenCount === undefined ? {} : { outputTokens: outputTokenCount }),
  };
}

/** Bedrock may still be writing: an output that changes under our hands is one that is not complete. */
function changedMeanwhile(error: unknown, job: EndedJob, lines: ObjectHead | undefined): unknown {
  const changed = error instanceof ObjectChanged || error instanceof ObjectMissing;
  return changed && error.key === lines?.key
    ? new OutputIncomplete(job.jobId, `${error.key} was overwritten while it was read`)
    : error;
}
