import type { MemoryObjects } from "@sluice/testing";
import type { Chance } from "../schedule/chance.ts";
import type { SimJob } from "./sim-job.ts";

/** How many records of a hundred the model refuses. */
const REFUSED_SHARE = 0.1;

/** What a record came to in a job's output, and was paid for. */
export interface PaidOutput {
  kind: "result" | "error";
  arn: string;
}

/** Writes what jobs leave in the bucket, and remembers every record's output as the truth that collect must arrive at. */
export class BatchOutput {
  /** The outputs that were paid for, by `job name/record id`. */
  readonly paid = new Map<string, PaidOutput>();
  /** What was wrong with jobs' inputs; it should be nothing. */
  readonly problems: string[] = [];
  readonly #objects: MemoryObjects;

  constructor(objects: MemoryObjects) {
    this.#objects = objects;
  }

  /** Writes a job's output as its status promises, in an order of its own. */
  write(job: SimJob, chance: Chance): void {
    const { request, status, arn } = job;
    if (job.processedRecords === 0) return;
    const lines = this.#inputOf(job);
    if (lines === undefined) return;
    const done = status === "Completed" ? lines.length : chance.whole(0, lines.length);
    const output: string[] = [];
    let errors = 0;
    for (const line of lines.slice(0, done)) {
      const recordId = this.#recordIdOf(line, job);
      if (recordId === undefined) continue;
      const isRefused = chance.happens(REFUSED_SHARE);
      if (isRefused) errors++;
      this.paid.set(`${job.jobName}/${recordId}`, { kind: isRefused ? "error" : "result", arn });
      const said = isRefused ? { error: { errorCode: 400, errorMessage: "Refused." } } : { modelOutput: { ok: true } };
      output.splice(chance.whole(0, output.length), 0, JSON.stringify({ ...said, recordId }));
    }
    job.processedRecords = done;
    const folder = `${request.outputPrefix}${arn.slice(arn.lastIndexOf("/") + 1)}/`;
    const file = request.inputKey.slice(request.inputKey.lastIndexOf("/") + 1);
    this.#objects.put(`${folder}${file}.out`, output.map((line) => `${line}\n`).join(""));
    if (status === "Failed") return;
    const counts = { totalRecordCount: lines.length, processedRecordCount: done };
    const ends = { successRecordCount: done - errors, errorRecordCount: errors };
    this.#objects.put(`${folder}manifest.json.out`, JSON.stringify({ ...counts, ...ends, inputTokenCount: done }));
  }

  /** True if the job's input is there. */
  hasInput({ request: { inputKey } }: SimJob): boolean {
    return this.#objects.keys(inputKey).includes(inputKey);
  }

  #recordIdOf(line: string, { jobName }: SimJob): string | undefined {
    try {
      return (JSON.parse(line) as { recordId: string }).recordId;
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
    return this.#objects.text(request.inputKey).split("\n").filter(Boolean);
  }
}
