import type { Family } from "./family.ts";
import { type Fault, type Fields, faultOfList, faultOfOptional, faultOfText, isMissing } from "./fields.ts";
import { type MessageForm, messagesCheck } from "./messages.ts";

/** AWS's page on Claude's Messages API: "The value must be bedrock-2023-05-31". */
const CLAUDE_VERSION = "bedrock-2023-05-31";

const faultOfClaudeMessages = messagesCheck({
  family: "Claude",
  roles: ["user", "assistant"],
  plainContent: true,
  contentOptional: false,
  typedBlocks: true,
});
const blockForm: Omit<MessageForm, "family"> = {
  roles: ["user", "assistant"],
  plainContent: false,
  contentOptional: false,
  typedBlocks: false,
};
const faultOfNovaMessages = messagesCheck({ family: "Nova", ...blockForm });
const faultOfConverseMessages = messagesCheck({ family: "Converse", ...blockForm });
const faultOfMistralMessages = messagesCheck({
  family: "Mistral",
  roles: ["system", "user", "assistant", "tool"],
  plainContent: true,
  contentOptional: true,
  typedBlocks: false,
});

function claude(input: Fields): Fault | undefined {
  const { anthropic_version: version, max_tokens: maxTokens, system } = input;
  if (isMissing(version)) return ".anthropic_version: required for Claude";
  if (version !== CLAUDE_VERSION) return `.anthropic_version: must be "${CLAUDE_VERSION}"`;
  if (isMissing(maxTokens)) return ".max_tokens: required for Claude";
  return (
    faultOfOptional(input, "max_tokens", "a positive whole number") ??
    faultOfClaudeMessages(input) ??
    (typeof system === "string" || isMissing(system) || Array.isArray(system)
      ? undefined
      : ".system: must be a string or an array of content blocks for Claude") ??
    faultOfOptional(input, "temperature", "a number")
  );
}

function nova(input: Fields): Fault | undefined {
  return (
    faultOfNovaMessages(input) ??
    faultOfOptional(input, "system", "an array") ??
    faultOfOptional(input, "inferenceConfig", "an object")
  );
}

function converse(input: Fields): Fault | undefined {
  if (!isMissing(input["toolConfig"])) return ".toolConfig: tools are refused in Converse batch jobs";
  return (
    faultOfConverseMessages(input) ??
    faultOfOptional(input, "system", "an array") ??
    faultOfOptional(input, "inferenceConfig", "an object")
  );
}

function titan(input: Fields): Fault | undefined {
  return (
    faultOfText(input, "inputText", "Titan text embeddings") ??
    faultOfOptional(input, "dimensions", "a positive whole number") ??
    faultOfOptional(input, "normalize", "true or false")
  );
}

function llama(input: Fields): Fault | undefined {
  return faultOfText(input, "prompt", "Llama") ?? faultOfOptional(input, "max_gen_len", "a positive whole number");
}

function mistral(input: Fields): Fault | undefined {
  const { prompt, messages } = input;
  if (!isMissing(messages)) return faultOfMistralMessages(input);
  return isMissing(prompt) ? ".prompt: required for Mistral, or messages" : faultOfText(input, "prompt", "Mistral");
}

function cohereEmbed(input: Fields): Fault | undefined {
  const { texts, images, inputs } = input;
  const family = "Cohere Embed";
  const fault = faultOfText(input, "input_type", family);
  if (fault !== undefined) return fault;
  // Newer versions embed images, or inputs of both kinds, in place of texts.
  if (isMissing(texts) && !(isMissing(images) && isMissing(inputs))) return undefined;
  return faultOfList(input, "texts", family, (text) => (typeof text === "string" ? undefined : ": must be a string"));
}

const checks: Record<Family, (input: Fields) => Fault | undefined> = {
  Claude: claude,
  Nova: nova,
  Titan: titan,
  Llama: llama,
  Mistral: mistral,
  CohereEmbed: cohereEmbed,
  Converse: converse,
};

/**
 * Checks the fields of a record's `modelInput` without which the model surely refuses it; what the model may take or
 * leave is left to the model. Bedrock itself does not look before it runs (and is paid for) the record.
 *
 * @returns the first fault, with its path and nothing of the content, such as `modelInput.max_tokens: required for
 * Claude`; undefined if there is none
 */
export function faultOfInput(family: Family, modelInput: Fields): string | undefined {
  const fault = checks[family](modelInput);
  return fault === undefined ? undefined : `modelInput${fault}`;
}
