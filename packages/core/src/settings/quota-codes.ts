import { baseModel } from "./model-id.ts";

/**
 * The codes of the quotas "Sum of in-progress and submitted batch inference jobs using a base model for …", by model:
 * Service Quotas, Amazon Bedrock, read 2026-09. They are the same in every Region. Models that have two such quotas are
 * left out, because which of them AWS applies is not documented.
 */
// Stryker disable StringLiteral: a table of AWS's facts, which a test could only repeat.
const CODES: Readonly<Record<string, string>> = {
  "amazon.nova-2-lite-v1:0": "L-10F69CA1",
  "amazon.nova-lite-v1:0": "L-E2ED42E6",
  "amazon.nova-micro-v1:0": "L-564C017C",
  "amazon.nova-pro-v1:0": "L-FE130012",
  "amazon.titan-embed-image-v1": "L-7F2C6F33",
  "amazon.titan-embed-text-v2:0": "L-1AC1CABC",
  "anthropic.claude-3-5-haiku-20241022-v1:0": "L-220B8A25",
  "anthropic.claude-3-7-sonnet-20250219-v1:0": "L-E455959C",
  "anthropic.claude-3-haiku-20240307-v1:0": "L-1570CF9E",
  "anthropic.claude-3-opus-20240229-v1:0": "L-9A0F509C",
  "anthropic.claude-haiku-4-5-20251001-v1:0": "L-63020993",
  "anthropic.claude-opus-4-5-20251101-v1:0": "L-E83AC604",
  "anthropic.claude-opus-4-6-v1": "L-B0F56DCF",
  "anthropic.claude-sonnet-4-20250514-v1:0": "L-79EFF176",
  "anthropic.claude-sonnet-4-5-20250929-v1:0": "L-A0300844",
  "anthropic.claude-sonnet-4-6": "L-3030E098",
  "meta.llama3-1-405b-instruct-v1:0": "L-A0AAB785",
  "meta.llama3-1-70b-instruct-v1:0": "L-62E2A345",
  "meta.llama3-1-8b-instruct-v1:0": "L-391478D2",
  "meta.llama3-2-11b-instruct-v1:0": "L-3CCB3548",
  "meta.llama3-2-1b-instruct-v1:0": "L-8CC57EDA",
  "meta.llama3-2-3b-instruct-v1:0": "L-059C1AAB",
  "meta.llama3-2-90b-instruct-v1:0": "L-89923E2C",
  "meta.llama3-3-70b-instruct-v1:0": "L-FE24F76E",
  "minimax.minimax-m2.1": "L-C05EB25B",
  "mistral.devstral-2-123b": "L-95CB8E2F",
  "mistral.mistral-large-2407-v1:0": "L-5D367E5C",
  "mistral.mistral-small-2402-v1:0": "L-A986092E",
  "openai.gpt-oss-120b-1:0": "L-07844084",
  "openai.gpt-oss-20b-1:0": "L-50CC95A8",
  "zai.glm-4.7-flash": "L-E453CCF3",
};
// Stryker restore StringLiteral

/** The code of the quota on a model's concurrent batch jobs, whatever its profile; undefined where it is not known. */
export function quotaCodeOf(modelId: string): string | undefined {
  const model = baseModel(modelId);
  return Object.hasOwn(CODES, model) ? CODES[model] : undefined;
}
