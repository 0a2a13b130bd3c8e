import { anId, MemoryObjects, START } from "@sluice/testing";
import { jobOutputPrefix, settledKeys } from "../bucket/keys.ts";
import type { EndedJob } from "../job/job.ts";
import type { ObjectWriter, Piece } from "../ports/objects.ts";
import { type Settled, type SettleOptions, settleOutput } from "./settle.ts";

const submissionId = anId(1);
export const jobId = anId(2);
export const ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abc123";
export const INPUT = `staging/${submissionId}/run/00003.jsonl`;
const FOLDER = `${jobOutputPrefix(submissionId, jobId)}abc123/`;
export const OUTPUT = `${FOLDER}00003.jsonl.out`;
const MANIFEST = `${FOLDER}manifest.json.out`;
export const keys = settledKeys(submissionId, 3);

/** The job of the stories: slice 3, of four records. */
export const aJob: EndedJob = {
  jobId,
  submissionId,
  slice: 3,
  lane: "claude",
  modelId: "anthropic.claude-3-haiku-20240307-v1:0",
  invocation: "InvokeModel",
  inputKey: INPUT,
  inputBytes: 1,
  recordCount: 4,
  outputPrefix: jobOutputPrefix(submissionId, jobId),
  rank: START,
  enqueuedAt: START,
  status: "Completed",
  arn: ARN,
  endedAt: START,
  done: false,
};

export const IDS = ["a", "b", "c", "d"];
export const input = (id: string) => `{"recordId":"${id}","modelInput":{"prompt":"こんにちは ${id}"}}`;
export const result = (id: string) => `{"modelInput":{},"modelOutput":{"text":"\\u3053 ${id}"}, "recordId":"${id}"}`;
export const refusal = (id: string, message = "max_tokens: required") =>
  `{"recordId":"${id}","modelInput":{},"error":{"errorCode":400,"errorMessage":"${message}"}}`;
export const lines = (...all: string[]) => all.map((line) => `${line}\n`).join("");
export const counts = (processed: number, errors = 0) => ({
  totalRecordCount: 4,
  processedRecordCount: processed,
  successRecordCount: processed - errors,
  errorRecordCount: errors,
});

/** A bucket with the input of the job; it counts the reads of its output and the writers that nobody ended. */
export class Story extends MemoryObjects {
  outputReads = 0;
  openWriters = 0;
  beforeOutputRead = (_read: number): void => {};

  constructor() {
    super({ clock: { now: () => START } });
    this.put(INPUT, lines(...IDS.map(input)));
  }

  /** Puts what Bedrock wrote; `undefined` for what it did not. */
  bedrockWrote(output: string | undefined, manifest: object | string | undefined): void {
    if (output !== undefined) this.put(OUTPUT, output);
    if (manifest !== undefined) this.put(MANIFEST, typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  }

  settle(job: Partial<EndedJob> = {}, options: SettleOptions = {}): Promise<Settled> {
    return settleOutput(this, { ...aJob, ...job }, options);
  }

  get results(): string {
    return this.text(keys.results);
  }

  get strays(): string {
    return this.text(keys.strays);
  }

  /** The bytes of an object, which need not be text. */
  async bytesOf(key: string): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of super.read({ key })) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  get errorsText(): string {
    return this.text(keys.errors);
  }

  get errors() {
    return this.errorsText
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  override read(piece: Piece): AsyncIterable<Uint8Array> {
    if (piece.key === OUTPUT) this.beforeOutputRead(++this.outputReads);
    return super.read(piece);
  }

  override writer(key: string): ObjectWriter {
    const writer = super.writer(key);
    let open = 1;
    this.openWriters++;
    const end = () => {
      this.openWriters -= open;
      open = 0;
    };
    return {
      write: (bytes) => writer.write(bytes),
      close: () => writer.close().then(end),
      abort: () => writer.abort().then(end),
    };
  }
}
