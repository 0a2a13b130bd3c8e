import { ObjectChanged, ObjectMissing, OutputIncomplete } from "../errors.ts";
import type { EndedJob, Outcome } from "../job/job.ts";
import type { ObjectStore } from "../ports/objects.ts";
import { findOutput, type JobOutput, promisesOutput, whyIncomplete } from "./job-output.ts";
import { Outputs } from "./outputs.ts";
import { type Input, plannedInput, readPositions } from "./prepared-input.ts";
import { type SettledCounts, SettledFiles } from "./settled-files.ts";

/** How many bytes of output lines are held at once: far less than the smallest function that collects has. */
const DEFAULT_BUDGET_BYTES = 64_000_000;

export interface SettleOptions {
  /** The most bytes of output lines that are held because they came before their turn; 64 MB if left out. */
  budgetBytes?: number;
  /** What stands for the prepared input where that is lost. */
  input?: Input;
  /** True once no more output is waited for. */
  takesWhatIsThere?: boolean;
}

/** What became of a job's records, and what the manifest says of them; Bedrock's times are not in its output. */
export type Settled = Omit<Outcome, "submittedAt" | "endedAt">;

/**
 * Gives every record of an ended job its result or its error: writes `settled/<submission>/<slice>.results.jsonl`
 * (Bedrock's output lines, byte for byte) and `.errors.jsonl` (the prepared input's lines with an `error` in them), both
 * in the input's order, in bounded memory whatever the order of the output. What belongs to no record and what cannot
 * be read is kept beside them. Doing it again writes the same bytes.
 *
 * @throws OutputIncomplete if the job Completed or PartiallyCompleted and its output is not all there: try again later.
 * InputLost if the prepared input is not what was planned. In both cases nothing was written.
 */
export async function settleOutput(objects: ObjectStore, job: EndedJob, options: SettleOptions = {}): Promise<Settled> {
  const output = await findOutput(objects, job);
  const input = options.input ?? (await plannedInput(objects, job));
  const positions = await readPositions(objects, job, input);
  const files = new SettledFiles(objects, job, input);
  try {
    const budgetBytes = options.budgetBytes ?? DEFAULT_BUDGET_BYTES;
    const outputs =
      output.lines && new Outputs(objects, { output: output.lines, input, positions }, budgetBytes, files);
    const read = (await outputs?.firstPass()) ?? { lines: 0, records: 0, nobodys: 0 };
    const incomplete = whyIncomplete(job, output, read);
    if (incomplete !== undefined && !options.takesWhatIsThere) throw new OutputIncomplete(job.jobId, incomplete);
    const missing = positions.count - read.records;
    // The lines that do not tell whose they are can only be those of the records that have none.
    if (promisesOutput(job) && missing <= read.nobodys) files.missingAreUnreadable();
    await outputs?.laterPasses();
    return settledOf(await files.close(positions.count), output, incomplete);
  } catch (error) {
    await files.abort();
    throw changedMeanwhile(error, job, output);
  }
}

function settledOf(
  { results, errors, strays, unreadable }: SettledCounts,
  { manifest, fillers }: JobOutput,
  incomplete: string | undefined,
): Settled {
  const { totalRecordCount, processedRecordCount, inputTokenCount, outputTokenCount } = manifest ?? {};
  return {
    results,
    errors,
    ...(totalRecordCount === undefined ? {} : { totalRecords: totalRecordCount }),
    ...(processedRecordCount === undefined ? {} : { processedRecords: processedRecordCount }),
    ...(inputTokenCount === undefined ? {} : { inputTokens: inputTokenCount }),
    ...(outputTokenCount === undefined ? {} : { outputTokens: outputTokenCount }),
    ...(fillers?.inputTokens === undefined ? {} : { fillerInputTokens: fillers.inputTokens }),
    ...(fillers?.outputTokens === undefined ? {} : { fillerOutputTokens: fillers.outputTokens }),
    ...(strays > 0 && { strayAnswers: strays }),
    ...(unreadable > 0 && { unreadableAnswers: unreadable }),
    ...(incomplete !== undefined && { incomplete }),
  };
}

/** Bedrock may still be writing: an output that changes under our hands is one that is not complete. */
function changedMeanwhile(error: unknown, job: EndedJob, { lines }: JobOutput): unknown {
  const changed = error instanceof ObjectChanged || error instanceof ObjectMissing;
  return changed && error.key === lines?.key
    ? new OutputIncomplete(job.jobId, `${error.key} was overwritten while it was read`)
    : error;
}
