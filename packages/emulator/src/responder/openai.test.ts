import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import { type OpenAiResponderOptions, openAiResponder } from "./index.ts";

const CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0";
const claudeBody = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 100,
  temperature: 0.5,
  stop_sequences: ["END"],
  system: "Be brief.",
  messages: [{ role: "user", content: [{ type: "text", text: "Who are you?" }] }],
};
const completion = {
  choices: [{ message: { role: "assistant", content: "A model." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 7, completion_tokens: 3 },
};

interface SeenRequest {
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A tiny OpenAI-like server that answers the n-th request as told and remembers what it was asked. */
async function endpoint(answer: (nth: number, seen: SeenRequest) => Response | Promise<Response>) {
  const seen: SeenRequest[] = [];
  const app = new Hono();
  app.post("*", async (context) => {
    const request = {
      path: context.req.path,
      authorization: context.req.header("authorization"),
      body: await context.req.json(),
    };
    seen.push(request);
    return answer(seen.length, request);
  });
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(started));
  });
  closers.push(() => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    baseUrl,
    responder: (options: Partial<OpenAiResponderOptions> = {}) =>
      openAiResponder({ baseUrl, retryDelayMs: 0, ...options }),
  };
}

describe("The OpenAI-compatible responder maps each family to the chat endpoint and back", () => {
  it("Claude: system, limits and stop sequences go over; text and usage come back", async () => {
    const { responder, seen } = await endpoint(() => Response.json(completion));
    const output = await responder({ model: "llama3.2" }).respond(CLAUDE, "InvokeModel", claudeBody);
    expect(seen).toEqual([
      {
        path: "/v1/chat/completions",
        authorization: undefined,
        body: {
          model: "llama3.2",
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "Who are you?" },
          ],
          stream: false,
          max_tokens: 100,
          temperature: 0.5,
          stop: ["END"],
        },
      },
    ]);
    expect(output).toMatchObject({
      ok: { content: [{ type: "text", text: "A model." }], usage: { input_tokens: 7, output_tokens: 3 } },
      inputTokens: 7,
      outputTokens: 3,
    });
  });

  it("a Claude image goes over as a data URL", async () => {
    const { responder, seen } = await endpoint(() => Response.json(completion));
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
    const messages = [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }];
    await responder().respond(CLAUDE, "InvokeModel", { ...claudeBody, messages });
    expect(seen[0]?.body["messages"]).toContainEqual({
      role: "user",
      content: [
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "text", text: "What is it?" },
      ],
    });
  });

  it("Nova and Converse bodies", async () => {
    const { responder, seen } = await endpoint(() => Response.json(completion));
    const body = {
      messages: [{ role: "user", content: [{ text: "Hi" }] }],
      inferenceConfig: { maxTokens: 9, topP: 0.5 },
    };
    const nova = await responder().respond("amazon.nova-lite-v1:0", "InvokeModel", body);
    await responder().respond(CLAUDE, "Converse", body);
    expect(nova).toMatchObject({ ok: { output: { message: { content: [{ text: "A model." }] } } } });
    for (const { body: asked } of seen) {
      expect(asked).toMatchObject({ messages: [{ role: "user", content: "Hi" }], max_tokens: 9, top_p: 0.5 });
    }
  });

  it("Llama and Mistral prompts lose their templates, which the endpoint applies itself", async () => {
    const { responder, seen } = await endpoint(() => Response.json(completion));
    const header = (role: string) => `<|start_header_id|>${role}<|end_header_id|>\n\n`;
    const prompt = `<|begin_of_text|>${header("system")}Be brief.<|eot_id|>${header("user")}Hi<|eot_id|>${header("assistant")}`;
    const llama = await responder().respond("meta.llama3-1-8b-instruct-v1:0", "InvokeModel", {
      prompt,
      max_gen_len: 5,
    });
    await responder().respond("mistral.mistral-7b-instruct-v0:2", "InvokeModel", { prompt: "<s>[INST] Hi [/INST]" });
    expect(llama).toMatchObject({ ok: { generation: "A model.", prompt_token_count: 7, generation_token_count: 3 } });
    expect(seen[0]?.body["messages"]).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ]);
    expect(seen[1]?.body["messages"]).toEqual([{ role: "user", content: "Hi" }]);
  });

  it("a reply cut by the token limit says so in the family's words", async () => {
    const cut = { ...completion, choices: [{ ...completion.choices[0], finish_reason: "length" }] };
    const { responder } = await endpoint(() => Response.json(cut));
    const output = await responder().respond(CLAUDE, "InvokeModel", claudeBody);
    expect(output).toMatchObject({ ok: { stop_reason: "max_tokens" } });
  });
});

describe("The OpenAI-compatible responder maps embeddings", () => {
  it("Titan's text and Cohere's texts, whatever the order of the response", async () => {
    const { responder, seen } = await endpoint((_nth, { body }) => {
      const vectors = (body["input"] as string[]).map((_, index) => ({ index, embedding: [index, 0.5] }));
      return Response.json({ data: vectors.reverse(), usage: { prompt_tokens: 4 } });
    });
    const ask = responder({ model: { "amazon.titan-embed-text-v2:0": "nomic-embed-text" } });
    const titan = await ask.respond("amazon.titan-embed-text-v2:0", "InvokeModel", { inputText: "a", dimensions: 256 });
    const texts = { texts: ["a", "b"], input_type: "search_query" };
    const cohere = await ask.respond("cohere.embed-english-v3", "InvokeModel", texts);
    expect(seen[0]).toMatchObject({
      path: "/v1/embeddings",
      body: { model: "nomic-embed-text", input: ["a"], dimensions: 256 },
    });
    expect(titan).toMatchObject({ ok: { embedding: [0, 0.5], inputTextTokenCount: 4 } });
    expect(cohere).toMatchObject({
      ok: {
        embeddings: [
          [0, 0.5],
          [1, 0.5],
        ],
      },
    });
  });
});

describe("The OpenAI-compatible responder turns failures into record errors", () => {
  it("tries again after 429 and 5xx, and stops at the bound", async () => {
    const busy = await endpoint((nth) =>
      nth < 3
        ? Response.json({ error: { message: "busy" } }, { status: nth === 1 ? 429 : 503 })
        : Response.json(completion),
    );
    expect(await busy.responder().respond(CLAUDE, "InvokeModel", claudeBody)).toHaveProperty("ok");
    const down = await endpoint(() => Response.json({ error: { message: "model is loading" } }, { status: 503 }));
    expect(await down.responder({ maxTries: 3 }).respond(CLAUDE, "InvokeModel", claudeBody)).toEqual({
      error: { errorCode: 503, errorMessage: expect.stringContaining("model is loading") },
    });
    expect(down.seen).toHaveLength(3);
  });

  it("does not try again what will not pass", async () => {
    const { responder, seen } = await endpoint(() => Response.json({ error: "model not found" }, { status: 404 }));
    expect(await responder().respond(CLAUDE, "InvokeModel", claudeBody)).toEqual({
      error: { errorCode: 404, errorMessage: expect.stringContaining("model not found") },
    });
    expect(seen).toHaveLength(1);
  });

  it("an invalid body is refused without asking the endpoint", async () => {
    const { responder, seen } = await endpoint(() => Response.json(completion));
    const output = await responder().respond(CLAUDE, "InvokeModel", { messages: [] });
    expect(output).toMatchObject({ error: { errorCode: 400 } });
    expect(seen).toHaveLength(0);
  });

  it("no answer in time, no server, and an answer in another shape", async () => {
    const silent = await endpoint(() => new Promise<Response>(() => {}));
    const late = await silent.responder({ timeoutMs: 20, maxTries: 1 }).respond(CLAUDE, "InvokeModel", claudeBody);
    expect(late).toMatchObject({ error: { errorCode: 504 } });
    const nobody = openAiResponder({ baseUrl: "http://127.0.0.1:1", maxTries: 1 });
    expect(await nobody.respond(CLAUDE, "InvokeModel", claudeBody)).toMatchObject({ error: { errorCode: 503 } });
    const odd = await endpoint(() => Response.json({ hello: "world" }));
    const strange = await odd.responder().respond(CLAUDE, "InvokeModel", claudeBody);
    expect(strange).toMatchObject({ error: { errorCode: 500, errorMessage: expect.stringContaining("base URL") } });
  });

  it("a stopped job's record is neither responded to nor failed", async () => {
    const stop = new AbortController();
    const { responder } = await endpoint(() => {
      stop.abort(new Error("stopped"));
      return new Promise<Response>(() => {});
    });
    await expect(responder().respond(CLAUDE, "InvokeModel", claudeBody, stop.signal)).rejects.toThrow("stopped");
  });
});

describe("The OpenAI-compatible responder's settings", () => {
  it("sends the key from the named variable, and takes a base URL that ends in /v1", async () => {
    const { baseUrl, seen } = await endpoint(() => Response.json(completion));
    process.env["SLUICE_TEST_KEY"] = "secret";
    closers.push(() => delete process.env["SLUICE_TEST_KEY"]);
    const responder = openAiResponder({
      baseUrl: `${baseUrl}/v1/`,
      apiKeyEnv: "SLUICE_TEST_KEY",
      model: (id) => `x-${id}`,
    });
    await responder.respond(CLAUDE, "InvokeModel", claudeBody);
    expect(seen[0]).toMatchObject({
      path: "/v1/chat/completions",
      authorization: "Bearer secret",
      body: { model: `x-${CLAUDE}` },
    });
  });

  it("refuses an address that is none, and a key that is missing, with the next step", () => {
    expect(() => openAiResponder({ baseUrl: "localhost:11434" })).toThrow(/Give one like/);
    expect(() => openAiResponder({ baseUrl: "http://127.0.0.1:1", apiKeyEnv: "SLUICE_NO_SUCH_KEY" })).toThrow(
      /Put the API key/,
    );
  });
});
