import type { InvocationType } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { builtInResponder } from "./index.ts";

const responder = builtInResponder();

const claudeBody = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  messages: [{ role: "user", content: [{ type: "text", text: "Who are you?" }] }],
};

async function ok(modelId: string, body: unknown, type: InvocationType = "InvokeModel") {
  const output = await responder.respond(modelId, type, body);
  if ("error" in output) throw new Error(output.error.errorMessage);
  return output;
}

async function refusal(modelId: string, body: unknown, type: InvocationType = "InvokeModel") {
  const output = await responder.respond(modelId, type, body);
  return "error" in output ? output.error : undefined;
}

describe("The built-in responder responds in the body of the model's family", () => {
  it("Claude, with the fields of a published line", async () => {
    const { ok: body, inputTokens, outputTokens } = await ok("anthropic.claude-3-5-sonnet-20241022-v2:0", claudeBody);
    expect(body).toEqual({
      id: expect.stringMatching(/^msg_bdrk_/),
      type: "message",
      role: "assistant",
      model: "claude-3-5-sonnet-20241022",
      content: [{ type: "text", text: expect.stringMatching(/./) }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: inputTokens, output_tokens: outputTokens },
    });
    expect(inputTokens).toBeGreaterThan(0);
    expect(outputTokens).toBeGreaterThan(0);
  });

  it("Claude behind a profile's id and behind an ARN", async () => {
    const plain = await ok("anthropic.claude-3-haiku-20240307-v1:0", claudeBody);
    expect(await ok("us.anthropic.claude-3-haiku-20240307-v1:0", claudeBody)).toEqual(plain);
    const arn = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0";
    expect(await ok(arn, claudeBody)).toEqual(plain);
  });

  it("Claude behind an application profile, known by its body alone", async () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef123456";
    expect((await ok(arn, claudeBody)).ok).toMatchObject({
      type: "message",
      usage: { output_tokens: expect.any(Number) },
    });
  });

  it("Nova and Converse", async () => {
    const body = { messages: [{ role: "user", content: [{ text: "Hello" }] }], inferenceConfig: { maxTokens: 50 } };
    const shape = {
      output: { message: { role: "assistant", content: [{ text: expect.any(String) }] } },
      stopReason: "end_turn",
      usage: { inputTokens: 2, outputTokens: expect.any(Number), totalTokens: expect.any(Number) },
    };
    expect((await ok("amazon.nova-lite-v1:0", body)).ok).toEqual(shape);
    const conversed = await ok("anthropic.claude-3-haiku-20240307-v1:0", body, "Converse");
    expect(conversed.ok).toEqual({ ...shape, metrics: { latencyMs: 0 } });
  });

  it("Llama and both bodies of Mistral", async () => {
    expect((await ok("meta.llama3-1-8b-instruct-v1:0", { prompt: "Hello there" })).ok).toEqual({
      generation: expect.any(String),
      prompt_token_count: 3,
      generation_token_count: expect.any(Number),
      stop_reason: "stop",
    });
    expect((await ok("mistral.mistral-7b-instruct-v0:2", { prompt: "<s>[INST] Hi [/INST]" })).ok).toEqual({
      outputs: [{ text: expect.any(String), stop_reason: "stop" }],
    });
    const chat = await ok("mistral.mistral-large-2402-v1:0", { messages: [{ role: "user", content: "Hi" }] });
    expect(chat.ok).toMatchObject({ choices: [{ index: 0, message: { role: "assistant" }, stop_reason: "stop" }] });
  });

  it("Titan embeddings of the length asked for, as unit vectors", async () => {
    const { ok: body } = await ok("amazon.titan-embed-text-v2:0", { inputText: "water", dimensions: 256 });
    const vector = body["embedding"] as number[];
    expect(vector).toHaveLength(256);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
    expect(body["embeddingsByType"]).toEqual({ float: vector });
    expect(body["inputTextTokenCount"]).toBe(2);
  });

  it("Cohere embeddings, one for each text", async () => {
    const body = { texts: ["a", "b"], input_type: "search_document" };
    const plain = (await ok("cohere.embed-english-v3", body)).ok;
    expect(plain["response_type"]).toBe("embeddings_floats");
    expect(plain["embeddings"]).toHaveLength(2);
    const typed = (await ok("cohere.embed-english-v3", { ...body, embedding_types: ["float"] })).ok;
    expect(typed).toMatchObject({ response_type: "embeddings_by_type", embeddings: { float: plain["embeddings"] } });
  });

  it("Titan's and Nova's embeddings of pictures and texts, of the length asked for", async () => {
    const picture = { inputImage: "iVBORw0KGgo=", embeddingConfig: { outputEmbeddingLength: 384 } };
    const titan = (await ok("amazon.titan-embed-image-v1", picture)).ok;
    expect(titan["embedding"]).toHaveLength(384);
    expect(Object.keys(titan).sort()).toEqual(["embedding", "inputTextTokenCount"]);
    expect((await ok("amazon.titan-embed-image-v1", { inputText: "a mill" })).ok["embedding"]).toHaveLength(1024);
    const nova = "amazon.nova-2-multimodal-embeddings-v1:0";
    const settings = { embeddingPurpose: "GENERIC_INDEX", embeddingDimension: 256 };
    const text = { truncationMode: "END", value: "a mill" };
    const body = { taskType: "SINGLE_EMBEDDING", singleEmbeddingParams: { ...settings, text } };
    const vector = (length: number) => expect.toSatisfy((value: unknown[]) => value.length === length);
    expect((await ok(nova, body)).ok).toEqual({ embeddings: [{ embeddingType: "TEXT", embedding: vector(256) }] });
    const image = { format: "png", source: { bytes: "iVBORw0KGgo=" } };
    expect((await ok(nova, { ...body, singleEmbeddingParams: { embeddingPurpose: "CLUSTERING", image } })).ok).toEqual({
      embeddings: [{ embeddingType: "IMAGE", embedding: vector(3072) }],
    });
  });

  it("Cohere's newer inputs, and every number format", async () => {
    const types = ["float", "int8", "uint8", "binary", "ubinary"];
    const mixed = {
      input_type: "search_document",
      inputs: [
        { content: [{ type: "text", text: "a mill" }] },
        { content: [{ type: "image_url", image_url: "data:," }] },
      ],
      embedding_types: types,
      output_dimension: 256,
    };
    const { ok: body } = await ok("cohere.embed-v4:0", mixed);
    expect(body["response_type"]).toBe("embeddings_by_type");
    const vectors = body["embeddings"] as Record<string, number[][]>;
    expect(Object.keys(vectors)).toEqual(types);
    expect(types.map((type) => vectors[type]?.map(({ length }) => length))).toEqual([
      [256, 256],
      [256, 256],
      [256, 256],
      [32, 32],
      [32, 32],
    ]);
    const within = (type: string, least: number, most: number) =>
      vectors[type]?.flat().every((value) => Number.isInteger(value) && value >= least && value <= most);
    expect(within("int8", -128, 127) && within("binary", -128, 127)).toBe(true);
    expect(within("uint8", 0, 255) && within("ubinary", 0, 255)).toBe(true);
    const positive = vectors["float"]?.[0]
      ?.slice(0, 8)
      .map((value) => (value > 0 ? "1" : "0"))
      .join("");
    expect(vectors["ubinary"]?.[0]?.[0]?.toString(2).padStart(8, "0")).toBe(positive);
    const pictures = { input_type: "image", images: ["data:,"] };
    expect((await ok("cohere.embed-v4:0", pictures)).ok["embeddings"]).toHaveLength(1);
  });

  it("OpenAI's chat for gpt-oss and others, whatever the messages' roles and contents", async () => {
    const messages = [
      { role: "developer", content: "Answer briefly." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is seen?" },
          { type: "image_url", image_url: { url: "data:," } },
        ],
      },
      { role: "assistant", content: null, tool_calls: [{ id: "1", type: "function", function: { name: "level" } }] },
      { role: "tool", tool_call_id: "1", content: "2.1 m" },
      { role: "user", content: "" },
    ];
    for (const model of ["openai.gpt-oss-120b-1:0", "qwen.qwen3-32b-v1:0"])
      expect((await ok(model, { messages, max_completion_tokens: 64, stop: "\n" })).ok).toEqual({
        object: "chat.completion",
        model,
        choices: [{ index: 0, message: { role: "assistant", content: expect.any(String) }, finish_reason: "stop" }],
        usage: expect.objectContaining({ completion_tokens: expect.any(Number) }),
      });
    expect((await ok("openai.gpt-oss-20b-1:0", { messages, max_completion_tokens: 2 })).ok).toMatchObject({
      choices: [{ finish_reason: "length" }],
    });
  });

  it.each([
    [
      "anthropic.claude-3-haiku-20240307-v1:0",
      {
        ...claudeBody,
        tools: [{ name: "level" }],
        messages: [
          { role: "assistant", content: [{ type: "tool_use", id: "1", name: "level", input: {} }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "2.1 m" }] },
          { role: "user", content: [{ type: "document", source: { type: "text", data: "…" } }] },
        ],
      },
    ],
    [
      "amazon.nova-lite-v1:0",
      {
        messages: [
          { role: "user", content: [{ video: { format: "mp4", source: { s3Location: { uri: "s3://a/b" } } } }] },
        ],
        toolConfig: { tools: [] },
      },
    ],
    ["mistral.mistral-large-2407-v1:0", { messages: [{ role: "tool", content: "2.1 m" }] }],
    ["amazon.nova-canvas-v1:0", { taskType: "TEXT_IMAGE", textToImageParams: { text: "a mill" } }],
  ])("%s, and refuses nothing that the model may take", async (modelId, body) => {
    expect(await refusal(modelId, body)).toBeUndefined();
  });

  it("an unknown model, with something well formed", async () => {
    expect((await ok("acme.thinker-v1:0", { question: "Why?" })).ok).toMatchObject({ outputText: expect.any(String) });
  });
});

describe("The built-in responder's response depends on the input only", () => {
  it("the same input gives the same response, another input another one", async () => {
    const first = await ok("anthropic.claude-3-haiku-20240307-v1:0", claudeBody);
    const other = { ...claudeBody, messages: [{ role: "user", content: "Who am I?" }] };
    expect(await ok("anthropic.claude-3-haiku-20240307-v1:0", claudeBody)).toEqual(first);
    expect(await ok("anthropic.claude-3-haiku-20240307-v1:0", other)).not.toEqual(first);
  });

  it("a token limit cuts the text and says so", async () => {
    const { ok: body } = await ok("anthropic.claude-3-haiku-20240307-v1:0", { ...claudeBody, max_tokens: 3 });
    expect(body).toMatchObject({ stop_reason: "max_tokens", usage: { output_tokens: 3 } });
  });
});

describe("The built-in responder refuses with a 400 record error what the model would refuse", () => {
  it.each([
    [
      "anthropic.claude-3-haiku-20240307-v1:0",
      { ...claudeBody, anthropic_version: undefined },
      /anthropic_version: Field required/,
    ],
    ["anthropic.claude-3-haiku-20240307-v1:0", { ...claudeBody, max_tokens: undefined }, /max_tokens: Field required/],
    ["anthropic.claude-3-haiku-20240307-v1:0", { ...claudeBody, messages: [] }, /messages/],
    ["anthropic.claude-3-haiku-20240307-v1:0", { ...claudeBody, modelId: "x" }, /Extra inputs are not permitted/],
    ["anthropic.claude-3-haiku-20240307-v1:0", "text", /JSON object/],
    ["amazon.nova-lite-v1:0", { messages: [{ role: "user", content: "plain" }] }, /content blocks/],
    ["amazon.titan-embed-text-v2:0", { inputText: "" }, /inputText/],
    ["amazon.titan-embed-text-v2:0", { inputText: "x", dimensions: 3 }, /256, 512, 1024/],
    ["meta.llama3-1-8b-instruct-v1:0", { max_gen_len: 10 }, /prompt: Field required/],
    ["mistral.mistral-7b-instruct-v0:2", { prompt: 7 }, /valid string/],
    ["cohere.embed-english-v3", { texts: ["a"] }, /input_type: Field required/],
    [
      "cohere.embed-english-v3",
      { texts: Array(97).fill("a"), input_type: "clustering" },
      /97 texts are more than the 96/,
    ],
    ["amazon.nova-2-multimodal-embeddings-v1:0", { singleEmbeddingParams: {} }, /text, image, audio, video/],
  ])("%s %#", async (modelId, body, words) => {
    expect(await refusal(modelId, body)).toEqual({ errorCode: 400, errorMessage: expect.stringMatching(words) });
  });

  it("tools in a Converse request", async () => {
    const body = { messages: [{ role: "user", content: [{ text: "Hi" }] }], toolConfig: { tools: [] } };
    expect(await refusal("amazon.nova-lite-v1:0", body, "Converse")).toMatchObject({ errorCode: 400 });
  });
});
