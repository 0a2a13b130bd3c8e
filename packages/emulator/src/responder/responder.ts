import type { InvocationType } from "@sluice/core";
import type { TroubleListener } from "./endpoint-health.ts";

/** A JSON object as it stands in a record. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What stands under `error` in an output line, in place of `modelOutput`. */
export interface OutputError {
  /** An HTTP status: 400 for an input that the model refuses, 429 and 5xx for passing reasons. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** What became of one record: the model's response body and its tokens, or the record's error. */
export type RecordOutput =
  | { readonly ok: JsonObject; readonly inputTokens: number; readonly outputTokens: number }
  | { readonly error: OutputError };

/** Responds to records in place of a model. */
export interface Responder {
  /** Hears of trouble with what the responder asks, within seconds; one that asks nobody has none. */
  readonly watch?: (listener: TroubleListener) => void;
  /** How many responses may be under way at once. Whoever asks keeps to it; the responder does not queue. */
  readonly concurrency: number;
  /**
   * Responds to one record. Whatever goes wrong with the record is a value (`error`).
   * Rejects only when `signal` is aborted: the record is then neither responded to nor failed.
   */
  respond(
    modelId: string,
    invocationType: InvocationType,
    modelInput: unknown,
    signal?: AbortSignal,
  ): Promise<RecordOutput>;
}
