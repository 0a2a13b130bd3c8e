import type { Family } from "./family.ts";
import type { Fields } from "./fields.ts";

/** The shortest text that says something: an empty one is refused by most models. */
const TEXT = "1";
/** Of models that write, one token is the least that can be asked for; it is also the least that costs. */
const MOST_TOKENS = 1;
const blocks = { messages: [{ role: "user", content: [{ text: TEXT }] }], inferenceConfig: { maxTokens: MOST_TOKENS } };

/**
 * The cheapest request of each family, which fills a job up to the records that Bedrock asks for. Mistral has none: its
 * older models take a prompt and its newer ones messages, and which is which no id tells.
 */
const fillers: Readonly<Partial<Record<Family, Fields>>> = {
  Claude: {
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: MOST_TOKENS,
    messages: [{ role: "user", content: TEXT }],
  },
  Nova: blocks,
  Converse: blocks,
  Titan: { inputText: TEXT, dimensions: 256 },
  TitanG1: { inputText: TEXT },
  Llama: { prompt: TEXT, max_gen_len: MOST_TOKENS },
  CohereEmbed: { texts: [TEXT], input_type: "search_document" },
  CohereEmbed3: { texts: [TEXT], input_type: "search_document" },
};

/** The `modelInput` of a record that only fills a job up; undefined where no request is known that the model takes. */
export function fillerOf(family: Family | undefined): Fields | undefined {
  return family && fillers[family];
}
