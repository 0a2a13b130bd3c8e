import { type Fields, isObject } from "../model/fields.ts";

/** A line of another service's, or of a file that is not for batch jobs, and how it becomes a record. */
export interface ForeignLine {
  code: "OpenAiBatch" | "AnthropicBatch" | "ResultLine" | "BareBody";
  /** What the line or the file is, as in "The line is …". */
  what: string;
  /** What to do. */
  next: string;
}

const openAi: ForeignLine = {
  code: "OpenAiBatch",
  what: "for OpenAI's batches",
  next: "Make its custom_id the recordId and its body the modelInput, in the form of this route's model; for a model that takes OpenAI's own form: jq -c '{recordId: .custom_id, modelInput: (.body | del(.model))}' file.jsonl > records.jsonl",
};
const anthropic: ForeignLine = {
  code: "AnthropicBatch",
  what: "for Anthropic's own batches",
  next: `Make its custom_id the recordId and its params, without the model, the modelInput: jq -c '{recordId: .custom_id, modelInput: ({anthropic_version: "bedrock-2023-05-31"} + (.params | del(.model, .stream)))}' file.jsonl > records.jsonl`,
};
const result: ForeignLine = {
  code: "ResultLine",
  what: "of results: it has a modelOutput and no modelInput",
  next: "Drop the records that were asked, not what was answered.",
};
const bare: ForeignLine = {
  code: "BareBody",
  what: "a model's request without modelInput around it",
  next: "Put it into one: jq -c '{modelInput: .}' file.jsonl > records.jsonl",
};

/** The fields with which models' requests begin. */
const BODY_FIELDS = ["messages", "prompt", "inputText", "texts", "inputImage"] as const;

/** What an object without `modelInput` is, if it is of a known kind. */
export function foreignLine(line: Fields): ForeignLine | undefined {
  if (line["custom_id"] !== undefined && isObject(line["body"])) return openAi;
  if (line["custom_id"] !== undefined && isObject(line["params"])) return anthropic;
  if (line["modelOutput"] !== undefined) return result;
  return BODY_FIELDS.some((field) => line[field] !== undefined) ? bare : undefined;
}
