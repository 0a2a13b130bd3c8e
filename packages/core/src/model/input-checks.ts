import type { Family } from "./family.ts";
import {
  type Fault,
  type Fields,
  faultInList,
  faultOfList,
  faultOfOptional,
  faultOfText,
  isMissing,
  isObject,
} from "./fields.ts";
import { doubtOfForeign, faultOfForeign } from "./foreign-fields.ts";
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
const faultOfNovaMessages = messagesCheck({ family: "Nova", ...blockForm, strictBlocks: true });
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
    faultOfOptional(input, "temperature", "a number") ??
    faultOfClaudeTools(input)
  );
}

/** OpenAI's tools are wrapped once more than Claude's. */
function faultOfClaudeTools({ tools }: Fields): Fault | undefined {
  if (!Array.isArray(tools)) return undefined;
  return faultInList(tools, "tools", (tool) =>
    isObject(tool) && isObject(tool["function"])
      ? ".function: is OpenAI's form of a tool; Claude's is {name, description, input_schema}"
      : undefined,
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

function titanG1(input: Fields): Fault | undefined {
  return faultOfText(input, "inputText", "Titan text embeddings");
}

/** AWS's page on Titan Text Embeddings V2: the sizes that a vector can have. */
const TITAN_DIMENSIONS: readonly unknown[] = [256, 512, 1024];

function titan(input: Fields): Fault | undefined {
  const { dimensions } = input;
  return (
    titanG1(input) ??
    faultOfOptional(input, "dimensions", "a positive whole number") ??
    (isMissing(dimensions) || TITAN_DIMENSIONS.includes(dimensions)
      ? undefined
      : `.dimensions: must be ${TITAN_DIMENSIONS.join(", ").replace(/, (\d+)$/, " or $1")}`) ??
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

/** AWS's pages on Cohere Embed v3 and v4: the most texts, or inputs, of one request. */
const COHERE_MOST_TEXTS = 96;
/** AWS's page on Cohere Embed v3: a longer text is refused before it is cut to the model's tokens. */
const COHERE3_MOST_CHARS = 2_048;
const COHERE_INPUT_TYPES: readonly unknown[] = [
  "search_document",
  "search_query",
  "classification",
  "clustering",
  "image",
];

function cohereEmbed(input: Fields): Fault | undefined {
  return cohere(input, Number.POSITIVE_INFINITY);
}

function cohereEmbed3(input: Fields): Fault | undefined {
  return cohere(input, COHERE3_MOST_CHARS);
}

function cohere(input: Fields, mostChars: number): Fault | undefined {
  const { texts, images, inputs } = input;
  const family = "Cohere Embed";
  const fault = faultOfText(input, "input_type", family) ?? faultOfCohereType(input) ?? faultOfCohereCount(input);
  if (fault !== undefined) return fault;
  // Newer versions embed images, or inputs of both kinds, in place of texts.
  if (isMissing(texts) && !(isMissing(images) && isMissing(inputs))) return undefined;
  return faultOfList(input, "texts", family, (text) => {
    if (typeof text !== "string") return ": must be a string";
    return text.length > mostChars ? `: must have at most ${mostChars} characters` : undefined;
  });
}

function faultOfCohereType({ input_type: type }: Fields): Fault | undefined {
  return COHERE_INPUT_TYPES.includes(type) ? undefined : `.input_type: must be one of ${COHERE_INPUT_TYPES.join(", ")}`;
}

function faultOfCohereCount(input: Fields): Fault | undefined {
  const name = ["texts", "inputs"].find((name) => {
    const items = input[name];
    return Array.isArray(items) && items.length > COHERE_MOST_TEXTS;
  });
  return name === undefined
    ? undefined
    : `.${name}: must have at most ${COHERE_MOST_TEXTS} items; make several records of them`;
}

const checks: Record<Family, (input: Fields) => Fault | undefined> = {
  Claude: claude,
  Nova: nova,
  Titan: titan,
  TitanG1: titanG1,
  Llama: llama,
  Mistral: mistral,
  CohereEmbed: cohereEmbed,
  CohereEmbed3: cohereEmbed3,
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
  const fault = faultOfForeign(family, modelInput) ?? checks[family](modelInput);
  return fault === undefined ? undefined : `modelInput${fault}`;
}

/** AWS's page on Titan Text Embeddings: the most characters of a text. */
const TITAN_MOST_CHARS = 50_000;

/** What the model may refuse, or may not: told as a warning, and run. The path is as that of `faultOfInput`. */
export function doubtOfInput(family: Family, modelInput: Fields): string | undefined {
  const doubt = doubtOfForeign(family, modelInput) ?? doubts[family]?.(modelInput);
  return doubt === undefined ? undefined : `modelInput${doubt}`;
}

const doubts: Partial<Record<Family, (input: Fields) => Fault | undefined>> = {
  Claude: ({ temperature, top_p: topP }) =>
    isMissing(temperature) || isMissing(topP)
      ? undefined
      : ".top_p: newer Claude models refuse it beside temperature; leave one of them out",
  Titan: doubtOfTitan,
  TitanG1: doubtOfTitan,
};

function doubtOfTitan({ inputText }: Fields): Fault | undefined {
  return typeof inputText === "string" && inputText.length > TITAN_MOST_CHARS
    ? `.inputText: Titan takes at most ${TITAN_MOST_CHARS.toLocaleString("en-US")} characters`
    : undefined;
}
