import { describe, expect, test } from "vitest";
import type { Family } from "./family.ts";
import { faultOfInput } from "./input-checks.ts";

const claude = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: [{ type: "text", text: "あなたは誰ですか?" }] }],
};
const blocks = { messages: [{ role: "user", content: [{ text: "Hi" }] }] };
const cohere = { texts: ["a"], input_type: "search_document" };

const good: [Family, object][] = [
  ["Claude", claude],
  ["Claude", { ...claude, messages: [{ role: "user", content: "Hi" }], system: "Be brief.", temperature: 0.5 }],
  [
    "Claude",
    { ...claude, system: [{ type: "text", text: "Be brief." }], top_k: 3, unknown_field: 1, temperature: null },
  ],
  ["Claude", { ...claude, messages: [...claude.messages, { role: "assistant", content: [] }] }],
  ["Nova", blocks],
  [
    "Nova",
    { ...blocks, inferenceConfig: { maxTokens: 10 }, system: [{ text: "Be brief." }], schemaVersion: "messages-v1" },
  ],
  ["Converse", { ...blocks, inferenceConfig: { maxTokens: 10 }, system: [{ text: "Be brief." }] }],
  ["Titan", { inputText: "Hi" }],
  ["Titan", { inputText: "Hi", dimensions: 256, normalize: true }],
  ["Llama", { prompt: "Hi" }],
  ["Llama", { prompt: "Hi", max_gen_len: 10 }],
  ["Mistral", { prompt: "<s>[INST] Hi [/INST]" }],
  [
    "Mistral",
    {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "assistant", tool_calls: [] },
      ],
    },
  ],
  ["CohereEmbed", cohere],
  ["CohereEmbed", { images: ["data:image/png;base64,AA=="], input_type: "image" }],
  ["CohereEmbed", { inputs: [{ content: [] }], input_type: "search_query" }],
];

const bad: [Family, object, string][] = [
  ["Claude", { ...claude, max_tokens: undefined }, "modelInput.max_tokens: required for Claude"],
  ["Claude", { ...claude, max_tokens: null }, "modelInput.max_tokens: required for Claude"],
  ["Claude", { ...claude, max_tokens: "100" }, "modelInput.max_tokens: must be a positive whole number"],
  ["Claude", { ...claude, max_tokens: 0 }, "modelInput.max_tokens: must be a positive whole number"],
  ["Claude", { ...claude, anthropic_version: undefined }, "modelInput.anthropic_version: required for Claude"],
  [
    "Claude",
    { ...claude, anthropic_version: "2023-06-01" },
    'modelInput.anthropic_version: must be "bedrock-2023-05-31"',
  ],
  ["Claude", { ...claude, messages: undefined }, "modelInput.messages: required for Claude"],
  ["Claude", { ...claude, messages: [] }, "modelInput.messages: must not be empty"],
  ["Claude", { ...claude, messages: "Hi" }, "modelInput.messages: must be an array"],
  ["Claude", { ...claude, messages: ["Hi"] }, "modelInput.messages[0]: must be an object"],
  ["Claude", { ...claude, messages: [{ content: "Hi" }] }, "modelInput.messages[0].role: required for Claude"],
  [
    "Claude",
    { ...claude, messages: [...claude.messages, { role: "system", content: "Hi" }] },
    'modelInput.messages[1].role: must be "user" or "assistant" for Claude',
  ],
  ["Claude", { ...claude, messages: [{ role: "user" }] }, "modelInput.messages[0].content: required for Claude"],
  [
    "Claude",
    { ...claude, messages: [{ role: "user", content: 1 }] },
    "modelInput.messages[0].content: must be a string or an array of content blocks for Claude",
  ],
  [
    "Claude",
    { ...claude, messages: [{ role: "user", content: [{ type: "text", text: "" }, { text: "Hi" }] }] },
    "modelInput.messages[0].content[1].type: required for Claude",
  ],
  ["Claude", { ...claude, system: 1 }, "modelInput.system: must be a string or an array of content blocks for Claude"],
  ["Claude", { ...claude, temperature: "0" }, "modelInput.temperature: must be a number"],
  ["Nova", {}, "modelInput.messages: required for Nova"],
  [
    "Nova",
    { messages: [{ role: "user", content: "Hi" }] },
    "modelInput.messages[0].content: must be an array of content blocks for Nova",
  ],
  ["Nova", { messages: [{ role: "user", content: ["Hi"] }] }, "modelInput.messages[0].content[0]: must be an object"],
  ["Nova", { ...blocks, system: "Be brief." }, "modelInput.system: must be an array"],
  ["Nova", { ...blocks, inferenceConfig: 1 }, "modelInput.inferenceConfig: must be an object"],
  [
    "Converse",
    { ...blocks, toolConfig: { tools: [] } },
    "modelInput.toolConfig: tools are refused in Converse batch jobs",
  ],
  ["Converse", { prompt: "Hi" }, "modelInput.messages: required for Converse"],
  ["Titan", { input_text: "Hi" }, "modelInput.inputText: required for Titan text embeddings"],
  ["Titan", { inputText: ["Hi"] }, "modelInput.inputText: must be a string"],
  ["Titan", { inputText: "" }, "modelInput.inputText: must not be empty"],
  ["Titan", { inputText: "Hi", dimensions: "256" }, "modelInput.dimensions: must be a positive whole number"],
  ["Titan", { inputText: "Hi", normalize: "yes" }, "modelInput.normalize: must be true or false"],
  ["Llama", blocks, "modelInput.prompt: required for Llama"],
  ["Llama", { prompt: "Hi", max_gen_len: 1.5 }, "modelInput.max_gen_len: must be a positive whole number"],
  ["Mistral", {}, "modelInput.prompt: required for Mistral, or messages"],
  [
    "Mistral",
    { messages: [{ role: "human", content: "Hi" }] },
    'modelInput.messages[0].role: must be "system" or "user" or "assistant" or "tool" for Mistral',
  ],
  ["CohereEmbed", { texts: ["a"] }, "modelInput.input_type: required for Cohere Embed"],
  ["CohereEmbed", { input_type: "image" }, "modelInput.texts: required for Cohere Embed"],
  ["CohereEmbed", { ...cohere, texts: ["a", 1] }, "modelInput.texts[1]: must be a string"],
  ["CohereEmbed", { ...cohere, texts: [] }, "modelInput.texts: must not be empty"],
];

describe("the fields of modelInput", () => {
  test.each(good)("%s takes %j", (family, input) => {
    expect(faultOfInput(family, { ...input })).toBeUndefined();
  });

  test.each(bad)("%s refuses %j: %s", (family, input, fault) => {
    expect(faultOfInput(family, { ...input })).toBe(fault);
  });
});
