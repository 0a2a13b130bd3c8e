import { settledKeys } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import { LineWriter } from "../objects/line-writer.ts";
import type { ObjectStore, Piece } from "../ports/objects.ts";
import { parseLine } from "../records/record-lines.ts";
import type { OutputKind } from "./outputs.ts";
import { InputLines } from "./prepared-input.ts";
import { errorLine, jobError, modelError, type RecordError } from "./record-error.ts";

/**
 * The two settled files of one job, written in step with its input: every record becomes a line in one of them, in
 * the input's order.
 */
export class SettledFiles {
  readonly #job: EndedJob;
  readonly #input: InputLines;
  readonly #results: LineWriter;
  readonly #errors: LineWriter;
  readonly #withoutOutput: RecordError;
  /** The first record that has no line yet. */
  #next = 0;

  constructor(objects: ObjectStore, job: EndedJob, input: Piece) {
    const keys = settledKeys(job.submissionId, job.slice);
    this.#job = job;
    this.#input = new InputLines(objects, input);
    this.#results = new LineWriter(objects, keys.results);
    this.#errors = new LineWriter(objects, keys.errors);
    this.#withoutOutput = jobError(job);
  }

  /** Writes the output of a record; those passed over since the last one are the job's errors. */
  async output(position: number, kind: OutputKind, outputLine: Uint8Array): Promise<void> {
    await this.#passOver(position);
    if (kind === "result") await this.#results.add(outputLine);
    else await this.#refuse(position, modelError(parseLine(outputLine)?.["error"]));
    this.#next = position + 1;
  }

  /**
   * Ends both files; the records behind the last output are the job's errors.
   *
   * @throws if the lines written are not as many as the records; then nothing is kept
   */
  async close(records: number): Promise<{ results: number; errors: number }> {
    await this.#passOver(records);
    await this.#input.close();
    const results = this.#results.count;
    const errors = this.#errors.count;
    if (results + errors !== records)
      throw new Error(
        `Job ${this.#job.jobId} has ${records} records, and ${results} results and ${errors} errors were written. ` +
          "Nothing was settled; this is a fault of Sluice, please report it.",
      );
    await this.#errors.close();
    await this.#results.close();
    return { results, errors };
  }

  /** Drops both files. */
  async abort(): Promise<void> {
    await this.#input.close();
    await this.#results.abort();
    await this.#errors.abort();
  }

  async #passOver(until: number): Promise<void> {
    for (; this.#next < until; this.#next++) await this.#refuse(this.#next, this.#withoutOutput);
  }

  async #refuse(position: number, error: RecordError): Promise<void> {
    await this.#errors.add(errorLine(await this.#input.at(position), this.#job.jobId, error));
  }
}
