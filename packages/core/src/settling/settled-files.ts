import { settledKeys } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import { LineWriter } from "../objects/line-writer.ts";
import type { ObjectStore } from "../ports/objects.ts";
import { errorIn, type OutputKind } from "./output-line.ts";
import type { OutputSink } from "./outputs.ts";
import { type Input, InputLines } from "./prepared-input.ts";
import { errorLine, jobError, modelError, type RecordError, recordLost, unreadableAnswer } from "./record-error.ts";

/** How many lines of each kind a job's settled files have. */
export interface SettledCounts {
  results: number;
  errors: number;
  strays: number;
  unreadable: number;
}

/**
 * The settled files of one job, written in step with its input: every record becomes a line in results or errors, in
 * the input's order. Outputs that belong to no record, and lines that cannot be read, are kept as they came.
 */
export class SettledFiles implements OutputSink {
  readonly #job: EndedJob;
  readonly #input: InputLines;
  readonly #results: LineWriter;
  readonly #errors: LineWriter;
  readonly #strays: LineWriter;
  readonly #unreadable: LineWriter;
  #withoutOutput: RecordError;
  /** The first record that has no line yet. */
  #next = 0;

  constructor(objects: ObjectStore, job: EndedJob, input: Input) {
    const keys = settledKeys(job.submissionId, job.slice);
    this.#job = job;
    this.#input = new InputLines(objects, input);
    this.#results = new LineWriter(objects, keys.results);
    this.#errors = new LineWriter(objects, keys.errors);
    this.#strays = new LineWriter(objects, keys.strays);
    this.#unreadable = new LineWriter(objects, keys.unreadable);
    this.#withoutOutput = input.isOfOutput ? recordLost(job) : jobError(job);
  }

  /** Says that the lines that cannot be read are the missing ones: to be called before any record is passed over. */
  missingAreUnreadable(): void {
    this.#withoutOutput = unreadableAnswer(this.#job);
  }

  /** Writes the output of a record; those passed over since the last one are the job's errors. */
  async output(position: number, kind: OutputKind, outputLine: Uint8Array): Promise<void> {
    await this.#passOver(position);
    if (kind === "result") await this.#results.add(outputLine);
    else await this.#refuse(position, kind === "error" ? modelError(errorIn(outputLine)) : unreadableAnswer(this.#job));
    this.#next = position + 1;
  }

  stray(line: Uint8Array): Promise<void> {
    return this.#strays.add(line);
  }

  unreadable(line: Uint8Array): Promise<void> {
    return this.#unreadable.add(line);
  }

  /**
   * Ends the files; the records behind the last output are the job's errors.
   *
   * @throws if the lines written are not as many as the records; then nothing is kept
   */
  async close(records: number): Promise<SettledCounts> {
    await this.#passOver(records);
    await this.#input.close();
    const results = this.#results.count;
    const errors = this.#errors.count;
    if (results + errors !== records)
      throw new Error(
        `Job ${this.#job.jobId} has ${records} records, and ${results} results and ${errors} errors were written. ` +
          "Nothing was settled; this is a fault of Sluice, please report it.",
      );
    await this.#strays.close({ evenEmpty: false });
    await this.#unreadable.close({ evenEmpty: false });
    await this.#errors.close();
    await this.#results.close();
    return { results, errors, strays: this.#strays.count, unreadable: this.#unreadable.count };
  }

  /** Drops the files. */
  async abort(): Promise<void> {
    await this.#input.close();
    for (const file of [this.#results, this.#errors, this.#strays, this.#unreadable]) await file.abort();
  }

  async #passOver(until: number): Promise<void> {
    for (; this.#next < until; this.#next++) await this.#refuse(this.#next, this.#withoutOutput);
  }

  async #refuse(position: number, error: RecordError): Promise<void> {
    await this.#errors.add(errorLine(await this.#input.at(position), this.#job.jobId, error));
  }
}
