import type { Family } from "./family.ts";
import { type Fault, type Fields, isMissing } from "./fields.ts";

/** Fields at the top of a body, each with what to do about it. */
type Advice = Readonly<Record<string, string>>;

const TAKE_AWAY = "take it away";
const BY_ROUTE = "take it away, the route chooses the model";

/** What the caller of an API says beside the body, and never in it. */
const ofCalls: Advice = {
  model: BY_ROUTE,
  modelId: BY_ROUTE,
  stream: "take it away, a batch does not stream",
};
/** OpenAI's chat completions: what no other maker's form has. */
const ofOpenAi: Advice = {
  frequency_penalty: TAKE_AWAY,
  presence_penalty: TAKE_AWAY,
  logit_bias: TAKE_AWAY,
  logprobs: TAKE_AWAY,
  n: TAKE_AWAY,
  response_format: TAKE_AWAY,
  function_call: TAKE_AWAY,
  functions: TAKE_AWAY,
};
const notClaude: Advice = { anthropic_version: "it is Claude's; write the body in this model's form" };
const notNova: Advice = {
  inferenceConfig: "it is Nova's and Converse's; write the body in this model's form",
  schemaVersion: "it is Nova's; take it away",
};
const notTitan: Advice = { inputText: "it is Titan's; write the body in this model's form" };
const notLlama: Advice = { max_gen_len: "it is Llama's; write the body in this model's form" };
const notChat: Advice = {
  messages: "it is for models that chat; write the body in this model's form",
  max_tokens: TAKE_AWAY,
  temperature: TAKE_AWAY,
};
const inConfig = (name: string) => `write it as inferenceConfig.${name}`;
const blockForm: Advice = {
  max_tokens: inConfig("maxTokens"),
  max_completion_tokens: inConfig("maxTokens"),
};

/** What each family's models refuse with words such as "extraneous key … is not permitted", seen in public reports. */
const refused: Readonly<Record<Family, Advice>> = {
  Claude: {
    ...ofCalls,
    ...ofOpenAi,
    ...notNova,
    ...notTitan,
    ...notLlama,
    max_completion_tokens: "write it as max_tokens",
    stop: "write it as stop_sequences",
    seed: TAKE_AWAY,
    toolConfig: "it is Converse's; write it as tools",
  },
  Nova: {
    ...ofCalls,
    ...ofOpenAi,
    ...notClaude,
    ...notTitan,
    ...notLlama,
    ...blockForm,
    temperature: inConfig("temperature"),
    top_p: inConfig("topP"),
    top_k: "write it as inferenceConfig.topK",
    stop: inConfig("stopSequences"),
    stop_sequences: inConfig("stopSequences"),
    tools: "write it as toolConfig",
  },
  Converse: { ...ofCalls, ...notClaude, ...notTitan, ...notLlama, ...blockForm },
  Titan: { ...ofCalls, ...notClaude, ...notNova, ...notLlama, ...notChat, input: "write it as inputText" },
  TitanG1: {
    ...ofCalls,
    ...notClaude,
    ...notNova,
    ...notLlama,
    ...notChat,
    input: "write it as inputText",
    dimensions: "only version 2 of the model takes it; take it away",
    normalize: "only version 2 of the model takes it; take it away",
    embeddingTypes: "only version 2 of the model takes it; take it away",
  },
  Llama: {
    ...ofCalls,
    ...ofOpenAi,
    ...notClaude,
    ...notNova,
    ...notTitan,
    max_tokens: "write it as max_gen_len",
    max_completion_tokens: "write it as max_gen_len",
  },
  // Its newer models take OpenAI's form, in which a model and a stream may stand: see `doubtful`.
  Mistral: { modelId: BY_ROUTE, ...notClaude, ...notNova, ...notTitan, ...notLlama },
  CohereEmbed: { ...ofCalls, ...notClaude, ...notNova, ...notTitan, ...notLlama, ...notChat },
  CohereEmbed3: { ...ofCalls, ...notClaude, ...notNova, ...notTitan, ...notLlama, ...notChat },
};

const PERHAPS = "some models refuse it; take it away if this one does";
const doubtful: Readonly<Partial<Record<Family, Advice>>> = {
  Converse: {
    ...ofOpenAi,
    temperature: inConfig("temperature"),
    top_p: inConfig("topP"),
    stop_sequences: inConfig("stopSequences"),
    stop: inConfig("stopSequences"),
    schemaVersion: PERHAPS,
  },
  Mistral: { model: PERHAPS, stream: PERHAPS, max_completion_tokens: PERHAPS },
};

const refusedBy = lookups(refused);
const doubtedBy = lookups(doubtful);

/** A Map finds what a record from outside is named without meeting `constructor` or `__proto__`. */
function lookups(advice: Readonly<Partial<Record<Family, Advice>>>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(Object.entries(advice).map(([family, fields]) => [family, new Map(Object.entries(fields))]));
}

/** The first field that belongs into no body of this family. */
export function faultOfForeign(family: Family, input: Fields): Fault | undefined {
  return firstIn(refusedBy.get(family), input, "is no field of this model's requests");
}

/** The first field that probably belongs into no body of this family. */
export function doubtOfForeign(family: Family, input: Fields): Fault | undefined {
  return firstIn(doubtedBy.get(family), input, "is unusual for this model");
}

function firstIn(advice: ReadonlyMap<string, string> | undefined, input: Fields, what: string): Fault | undefined {
  if (advice === undefined) return undefined;
  for (const field in input) {
    const next = advice.get(field);
    if (next !== undefined && !isMissing(input[field])) return `.${field}: ${what}: ${next}`;
  }
  return undefined;
}
