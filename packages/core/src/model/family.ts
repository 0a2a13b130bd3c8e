import type { InvocationType } from "./invocation.ts";
import { modelName } from "./model-name.ts";

/** Models whose requests have the same form. */
export type Family =
  | "Claude"
  | "Nova"
  | "Titan"
  | "TitanG1"
  | "Llama"
  | "Mistral"
  | "CohereEmbed"
  | "CohereEmbed3"
  | "Converse";

/** What inference profiles put before a foundation model's id: `us.`, `eu.`, `apac.`, `global.`, `us-gov.`, … */
const PROFILE_PREFIX = /^[a-z]{2,6}(?:-[a-z]{3})?\./;

/**
 * Foundation-model ids by what they begin with. Models of these makers with another kind of request are left out:
 * Claude 2 and Instant (which also take a bare prompt), and Nova's and Titan's image, video and speech models.
 */
const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^anthropic\.claude-(?!v\d|instant)/, "Claude"],
  [/^amazon\.nova-(?:\d+-)?(?:micro|lite|pro|premier)\b/, "Nova"],
  [/^amazon\.titan-embed-(?:text-v1|g1-text-)/, "TitanG1"],
  [/^amazon\.titan-embed-text-/, "Titan"],
  [/^meta\.llama/, "Llama"],
  [/^mistral\./, "Mistral"],
  [/^cohere\.embed-(?:english|multilingual)-v3/, "CohereEmbed3"],
  [/^cohere\.embed-/, "CohereEmbed"],
];

/**
 * The family whose form a record's `modelInput` must have; undefined where it is not known (custom and imported models,
 * application inference profiles, other makers), and then nothing inside `modelInput` is checked.
 *
 * @param modelId a foundation-model id, an inference-profile id, or an ARN of either
 */
export function familyOf(modelId: string, invocation: InvocationType): Family | undefined {
  if (invocation === "Converse") return "Converse";
  const name = modelName(modelId);
  const bare = isMaker(name) ? name : name.replace(PROFILE_PREFIX, "");
  return FAMILIES.find(([form]) => form.test(bare))?.[1];
}

function isMaker(name: string): boolean {
  return FAMILIES.some(([form]) => form.test(name));
}
