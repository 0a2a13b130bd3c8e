import { describe, expect, test } from "vitest";
import type { Family } from "./family.ts";
import { doubtOfInput, faultOfInput } from "./input-checks.ts";

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
  [
    "CohereEmbed",
    { ...cohere, input_type: "document" },
    "modelInput.input_type: must be one of search_document, search_query, classification, clustering, image",
  ],
  [
    "CohereEmbed3",
    { ...cohere, texts: Array(97).fill("a") },
    "modelInput.texts: must have at most 96 items; make several records of them",
  ],
  [
    "CohereEmbed",
    { inputs: Array(97).fill({}), input_type: "search_query" },
    "modelInput.inputs: must have at most 96 items; make several records of them",
  ],
  [
    "CohereEmbed3",
    { ...cohere, texts: ["a", "b".repeat(2_049)] },
    "modelInput.texts[1]: must have at most 2048 characters",
  ],
  ["Titan", { inputText: "Hi", dimensions: 300 }, "modelInput.dimensions: must be 256, 512 or 1024"],
  [
    "TitanG1",
    { inputText: "Hi", dimensions: 256 },
    "modelInput.dimensions: is no field of this model's requests: only version 2 of the model takes it; take it away",
  ],
  [
    "Nova",
    { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] },
    'modelInput.messages[0].content[0].type: is no field of Nova\'s blocks: one is {"text": "…"} or {"image": {…}}',
  ],
  [
    "Claude",
    {
      ...claude,
      tools: [
        { name: "a", input_schema: {} },
        { type: "function", function: { name: "b" } },
      ],
    },
    "modelInput.tools[1].function: is OpenAI's form of a tool; Claude's is {name, description, input_schema}",
  ],
];

/** Fields that stand in another family's bodies, or beside the body, each in a body that is good without them. */
const foreign: [Family, object, string, unknown][] = [
  ...(["model", "modelId", "stream"] as const).flatMap((field): [Family, object, string, unknown][] => [
    ["Claude", claude, field, "x"],
    ["Nova", blocks, field, "x"],
    ["Converse", blocks, field, "x"],
    ["Titan", { inputText: "Hi" }, field, false],
    ["TitanG1", { inputText: "Hi" }, field, "x"],
    ["Llama", { prompt: "Hi" }, field, "x"],
    ["CohereEmbed", cohere, field, "x"],
    ["CohereEmbed3", cohere, field, true],
  ]),
  ["Mistral", { prompt: "Hi" }, "modelId", "x"],
  ["Claude", claude, "max_completion_tokens", 100],
  ["Claude", claude, "frequency_penalty", 0.5],
  ["Claude", claude, "inferenceConfig", {}],
  ["Nova", blocks, "anthropic_version", "bedrock-2023-05-31"],
  ["Nova", blocks, "max_tokens", 50],
  ["Nova", blocks, "temperature", 0],
  ["Converse", blocks, "anthropic_version", "bedrock-2023-05-31"],
  ["Converse", blocks, "max_tokens", 50],
  ["Titan", { inputText: "Hi" }, "messages", []],
  ["Llama", { prompt: "Hi" }, "max_tokens", 50],
  ["Mistral", { prompt: "Hi" }, "anthropic_version", "bedrock-2023-05-31"],
  ["CohereEmbed3", cohere, "inputText", "Hi"],
];

const doubtful: [Family, object, RegExp][] = [
  ["Claude", { ...claude, temperature: 0, top_p: 0.5 }, /^modelInput\.top_p: /],
  ["Converse", { ...blocks, temperature: 0 }, /^modelInput\.temperature: .*inferenceConfig\.temperature/],
  ["Mistral", { prompt: "Hi", model: "x" }, /^modelInput\.model: /],
  ["Titan", { inputText: "a".repeat(50_001) }, /^modelInput\.inputText: .*50,000/],
];

describe("the fields of modelInput", () => {
  test.each(good)("%s takes %j", (family, input) => {
    expect(faultOfInput(family, { ...input })).toBeUndefined();
  });

  test.each(bad)("%s refuses %j: %s", (family, input, fault) => {
    expect(faultOfInput(family, { ...input })).toBe(fault);
  });

  test.each(foreign)("%s: %j is refused with %s in it, unless that is null", (family, input, field, value) => {
    expect(faultOfInput(family, { ...input })).toBeUndefined();
    expect(faultOfInput(family, { ...input, [field]: value })).toMatch(`modelInput.${field}: is no field of`);
    expect(faultOfInput(family, { ...input, [field]: null })).toBeUndefined();
  });

  test("whose names are those of every object's members are like any other", () => {
    const input = JSON.parse('{"constructor":1,"__proto__":1,"toString":1,"prompt":"Hi"}');
    expect(faultOfInput("Llama", input)).toBeUndefined();
  });
});

describe("what a model may refuse, or may not", () => {
  test.each(doubtful)("%s runs %j, and is told of it", (family, input, doubt) => {
    expect(faultOfInput(family, { ...input })).toBeUndefined();
    expect(doubtOfInput(family, { ...input })).toMatch(doubt);
  });

  test.each(good)("%s has no doubt of %j", (family, input) => {
    expect(doubtOfInput(family, { ...input })).toBeUndefined();
  });
});
