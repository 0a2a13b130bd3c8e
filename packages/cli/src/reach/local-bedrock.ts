import type { BedrockJob } from "@sluice/core";
import { localBatch } from "@sluice/local";

/** Asks the batch server of a running dev for its jobs. Loaded where it is needed: most commands ask it nothing. */
export class LocalBedrock {
  readonly #opened: ReturnType<typeof localBatch>;

  constructor(endpoint: string, accessKey: string, bucket: string) {
    this.#opened = localBatch(endpoint, accessKey, bucket);
  }

  /** Undefined also if it cannot be reached: what it would add is then left out. */
  get(arn: string): Promise<BedrockJob | undefined> {
    return this.#opened.batch.get(arn).catch(() => undefined);
  }

  close(): void {
    this.#opened.close();
  }
}
