import { refusalOf } from "./built-in.ts";
import { type EndpointSettings, postJson } from "./openai-http.ts";
import {
  type ChatPrompt,
  type ChatReply,
  type EmbeddingPrompt,
  type EmbeddingReply,
  isObject,
  type Reply,
} from "./prompt.ts";
import { readRecord } from "./read-record.ts";
import type { JsonObject, RecordOutput, Responder } from "./responder.ts";

/** Ollama serves few requests at once on one machine; more would only wait there and run into the timeout. */
const DEFAULT_CONCURRENCY = 4;
/** A small model on a laptop's processor may take a minute for one response. */
const DEFAULT_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_TRIES = 4;
const DEFAULT_RETRY_DELAY_MS = 500;

export interface OpenAiResponderOptions {
  /** Where `/v1/chat/completions` is, without `/v1`: `http://127.0.0.1:11434` for Ollama. A trailing `/v1` is fine. */
  readonly baseUrl: string;
  /** The environment variable that holds the API key, for endpoints that want one. */
  readonly apiKeyEnv?: string;
  /** The endpoint's name for a Bedrock model: one name for all, a table, or a function. Without it, the id itself. */
  readonly model?: string | Readonly<Record<string, string>> | ((modelId: string) => string);
  /** Responses that may be under way at once (default 4). */
  readonly concurrency?: number;
  /** How long one try may take (default 120,000). */
  readonly timeoutMs?: number;
  /** Tries for a passing failure: 429, 5xx, no connection, timeout (default 4). */
  readonly maxTries?: number;
  /** The wait before the second try; it doubles with each further one (default 500). */
  readonly retryDelayMs?: number;
}

type ModelNames = OpenAiResponderOptions["model"];

function endpointModel(modelId: string, names: ModelNames): string {
  if (typeof names === "string") return names;
  if (typeof names === "function") return names(modelId);
  return names?.[modelId] ?? modelId;
}

function chatRequest(prompt: ChatPrompt, model: string): JsonObject {
  return {
    model,
    messages: prompt.turns.map(({ role, blocks }) => ({
      role,
      // Plain text wherever it will do: many local servers do not take the list form.
      content: blocks.every((block) => block.kind === "text")
        ? blocks.map(({ text }) => text).join("\n")
        : blocks.map((block) =>
            block.kind === "text"
              ? { type: "text", text: block.text }
              : { type: "image_url", image_url: { url: block.dataUrl } },
          ),
    })),
    stream: false,
    ...(prompt.maxTokens === undefined ? {} : { max_tokens: prompt.maxTokens }),
    ...(prompt.temperature === undefined ? {} : { temperature: prompt.temperature }),
    ...(prompt.topP === undefined ? {} : { top_p: prompt.topP }),
    ...(prompt.stopSequences === undefined ? {} : { stop: prompt.stopSequences }),
  };
}

function countIn(body: JsonObject, key: string): number {
  const usage = body["usage"];
  const count = isObject(usage) ? usage[key] : undefined;
  return typeof count === "number" ? count : 0;
}

function chatReplyIn(body: JsonObject): ChatReply | undefined {
  const choice = Array.isArray(body["choices"]) ? body["choices"][0] : undefined;
  if (!isObject(choice) || !isObject(choice["message"])) return undefined;
  const text = choice["message"]["content"];
  if (typeof text !== "string") return undefined;
  return {
    kind: "chat",
    text,
    ending: choice["finish_reason"] === "length" ? "length" : "done",
    inputTokens: countIn(body, "prompt_tokens"),
    outputTokens: countIn(body, "completion_tokens"),
  };
}

function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}

function embeddingReplyIn(body: JsonObject, texts: number): EmbeddingReply | undefined {
  if (!Array.isArray(body["data"])) return undefined;
  // The specification gives every entry its index; the order of the list is not promised.
  const entries = body["data"].filter(isObject);
  const vectors = Array.from({ length: texts }, (_, at) => {
    const entry = entries.find(({ index }) => index === at) ?? entries[at];
    return entry?.["embedding"];
  });
  if (!vectors.every(isVector)) return undefined;
  return { kind: "embedding", vectors, inputTokens: countIn(body, "prompt_tokens") };
}

function embeddingRequest(prompt: EmbeddingPrompt, model: string): JsonObject {
  return {
    model,
    input: prompt.texts,
    ...(prompt.dimensions === undefined ? {} : { dimensions: prompt.dimensions }),
  };
}

async function asked(
  endpoint: EndpointSettings,
  prompt: ChatPrompt | EmbeddingPrompt,
  model: string,
  signal: AbortSignal | undefined,
): Promise<Reply | Extract<RecordOutput, { error: unknown }>> {
  const chat = prompt.kind === "chat";
  const path = chat ? "/v1/chat/completions" : "/v1/embeddings";
  const posted = await postJson(
    endpoint,
    path,
    chat ? chatRequest(prompt, model) : embeddingRequest(prompt, model),
    signal,
  );
  if ("error" in posted) return posted;
  const reply = chat ? chatReplyIn(posted.body) : embeddingReplyIn(posted.body, prompt.texts.length);
  if (reply !== undefined) return reply;
  const errorMessage = `${endpoint.baseUrl}${path} answered for model ${model} in a shape that OpenAI's does not have. Check that the base URL belongs to an OpenAI-compatible server.`;
  return { error: { errorCode: 500, errorMessage } };
}

/**
 * Responds to records with the models of an OpenAI-compatible server (Ollama, vLLM, LM Studio): chat bodies through
 * `/v1/chat/completions`, embeddings through `/v1/embeddings`, and back into each family's response body.
 * Passing failures (429, 5xx, no connection, timeout) are tried again, a bounded number of times; what fails for good
 * is a record error with the endpoint's status and words.
 * @throws Error if the base URL is not http(s), or if the variable named by `apiKeyEnv` is empty.
 */
export function openAiResponder(options: OpenAiResponderOptions): Responder {
  const baseUrl = options.baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (!/^https?:\/\//.test(baseUrl)) {
    throw new Error(
      `The base URL "${options.baseUrl}" is not an http(s) address. Give one like http://127.0.0.1:11434.`,
    );
  }
  const apiKey = options.apiKeyEnv === undefined ? undefined : process.env[options.apiKeyEnv];
  if (options.apiKeyEnv !== undefined && !apiKey) {
    throw new Error(`The environment variable ${options.apiKeyEnv} is empty. Put the API key of ${baseUrl} into it.`);
  }
  const endpoint: EndpointSettings = {
    baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxTries: options.maxTries ?? DEFAULT_MAX_TRIES,
    retryDelayMs: options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
  };
  return {
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    respond: async (modelId, invocationType, modelInput, signal) => {
      try {
        const record = readRecord(modelId, invocationType, modelInput);
        const reply = await asked(endpoint, record.prompt, endpointModel(modelId, options.model), signal);
        return "error" in reply ? reply : record.output(reply);
      } catch (fault) {
        return refusalOf(fault);
      }
    },
  };
}
