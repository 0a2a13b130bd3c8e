import { FILLERS_NAME, wholeInputKey } from "@sluice/core";
import type { MemoryObjects } from "@sluice/testing";
import type { Chance } from "../schedule/chance.ts";
import { type FaultKind, inputFaults, lineFaults, manifestFaults } from "../script/script.ts";
import type { SimJob } from "./sim-job.ts";

/** How many records of a hundred the model refuses. */
const REFUSED_SHARE = 0.1;
/** Lines of this id were asked by nobody. */
export const NOBODY = "nobody";

/** What a record came to in a job's output, and was paid for. */
export interface PaidOutput {
  kind: "result" | "error";
  arn: string;
}

/** What a job's output has besides its records', and what became of its input. */
export interface Spoiled {
  strays: number;
  garbled: number;
  nameless: number;
  /** True if the prepared input was deleted or replaced. */
  isInputLost: boolean;
}

/** Decides what goes wrong at a place of a job's output. */
export type FaultAt = (place: string, kinds: readonly FaultKind[]) => FaultKind | undefined;

/** Writes what jobs leave in the bucket, and remembers every record's output as the truth that collect must arrive at. */
export class BatchOutput {
  /** The outputs that were paid for, by `job name/record id`. */
  readonly paid = new Map<string, PaidOutput>();
  /** What else there is to know, by job name. */
  readonly spoiled = new Map<string, Spoiled>();
  /** What was wrong with jobs' inputs; it should be nothing. */
  readonly problems: string[] = [];
  readonly #objects: MemoryObjects;

  constructor(objects: MemoryObjects) {
    this.#objects = objects;
  }

  /** Writes a job's output as its status promises, in an order of its own, or as the faults have it. */
  write(job: SimJob, chance: Chance, faultAt: FaultAt): void {
    const { status } = job;
    const { inputKey } = job.request;
    const lines = job.processedRecords === 0 ? undefined : this.#inputOf(job);
    if (lines === undefined) return;
    const spoiled: Spoiled = { strays: 0, garbled: 0, nameless: 0, isInputLost: false };
    this.spoiled.set(job.jobName, spoiled);
    this.#spoilInput(job, spoiled, faultAt);
    const done = status === "Completed" ? lines.length : chance.whole(0, lines.length);
    job.processedRecords = done;
    const fault = faultAt("", manifestFaults);
    if (fault === "outputMissing") return;
    const output: string[] = [];
    let errors = 0;
    for (const line of lines.slice(0, done)) {
      const record = this.#recordOf(line, job);
      if (record === undefined) continue;
      const isRefused = chance.happens(REFUSED_SHARE);
      const written = outputOf(record, isRefused, faultAt(` ${record.recordId}`, lineFaults), spoiled);
      if (written.kind === "error") errors++;
      this.paid.set(`${job.jobName}/${record.recordId}`, { kind: written.kind, arn: job.arn });
      let least = 0;
      for (const text of written.lines) {
        least = chance.whole(least, output.length);
        output.splice(least++, 0, text);
      }
    }
    const name = inputKey.endsWith("/") ? "0000.jsonl" : inputKey.slice(inputKey.lastIndexOf("/") + 1);
    this.#put(job, `${name}.out`, output);
    const fillers = this.#writeFillers(job, chance);
    if (status === "Failed" || fault === "manifestMissing") return;
    const processed = fillers.done + (fault === "manifestWrong" ? output.length + 1 : done);
    const counts = { totalRecordCount: fillers.all + lines.length, processedRecordCount: processed };
    const ends = { successRecordCount: processed - errors, errorRecordCount: errors };
    this.#put(job, "manifest.json.out", [JSON.stringify({ ...counts, ...ends, inputTokenCount: processed })]);
  }

  /** Writes what the records come to that fill the job up: how many there are, and were done. */
  #writeFillers(job: SimJob, chance: Chance): { all: number; done: number } {
    const key = `${job.request.inputKey}${FILLERS_NAME}`;
    if (!this.#objects.keys(key).includes(key)) return { all: 0, done: 0 };
    const records = this.#objects.text(key).split("\n").filter(Boolean);
    const done = records.slice(0, job.status === "Completed" ? records.length : chance.whole(0, records.length));
    const lines = done.map((line) => JSON.stringify({ ...JSON.parse(line), modelOutput: { ok: true } }));
    this.#put(job, `${FILLERS_NAME}.out`, lines);
    return { all: records.length, done: done.length };
  }

  /** Puts an object of a job's output. */
  #put({ request, arn }: SimJob, name: string, lines: readonly string[]): void {
    const folder = `${request.outputPrefix}${arn.slice(arn.lastIndexOf("/") + 1)}/`;
    this.#objects.put(`${folder}${name}`, lines.map((line) => `${line}\n`).join(""));
  }

  /** True if the job's input is there. */
  hasInput({ request }: SimJob): boolean {
    const inputKey = wholeInputKey(request.inputKey);
    return this.#objects.keys(inputKey).includes(inputKey);
  }

  /** Lets somebody else at what was prepared, once Bedrock has read it. */
  #spoilInput({ request }: SimJob, spoiled: Spoiled, faultAt: FaultAt): void {
    const fault = faultAt("", inputFaults);
    if (fault === undefined) return;
    const inputKey = wholeInputKey(request.inputKey);
    spoiled.isInputLost = true;
    if (fault === "inputDeleted") void this.#objects.delete([inputKey, inputKey.replace(/[^/]*$/, "errors.jsonl")]);
    else this.#objects.put(inputKey, this.#objects.text(inputKey).replaceAll('"recordId":"', '"recordId":"foreign-'));
  }

  #recordOf(line: string, { jobName }: SimJob): SimRecord | undefined {
    try {
      return JSON.parse(line) as SimRecord;
    } catch {
      this.problems.push(`The input of ${jobName} has a line that is no JSON: ${line.slice(0, 60)}`);
      return undefined;
    }
  }

  #inputOf(job: SimJob): string[] | undefined {
    const { request, jobName } = job;
    if (!this.hasInput(job)) {
      this.problems.push(`The input ${request.inputKey} of ${jobName} is gone while its job runs.`);
      return undefined;
    }
    return this.#objects.text(wholeInputKey(request.inputKey)).split("\n").filter(Boolean);
  }
}

interface SimRecord {
  recordId: string;
  modelInput: unknown;
}

/** The lines of one record's output, in the order in which they are to stand, and what they come to. */
function outputOf(
  { recordId, modelInput }: SimRecord,
  isRefused: boolean,
  fault: FaultKind | undefined,
  spoiled: Spoiled,
): { kind: PaidOutput["kind"]; lines: string[] } {
  const answer = { modelInput, modelOutput: { ok: true } };
  const error = JSON.stringify({ error: { errorCode: 400, errorMessage: "Refused." }, recordId });
  const result = JSON.stringify({ ...answer, recordId });
  switch (fault) {
    case "lineGarbled":
      spoiled.garbled++;
      return { kind: "error", lines: [result.replace("true", "NaN")] };
    case "lineCut":
      spoiled.garbled++;
      return { kind: "error", lines: [result.slice(0, result.indexOf("true"))] };
    case "lineNameless":
      spoiled.nameless++;
      return { kind: "result", lines: [JSON.stringify(answer)] };
    case "errorFirst":
      return { kind: "result", lines: [error, result] };
    case "lineStray":
      spoiled.strays++;
      return { kind: "result", lines: [result, JSON.stringify({ ...answer, recordId: NOBODY })] };
    default:
      return isRefused ? { kind: "error", lines: [error] } : { kind: "result", lines: [result] };
  }
}
