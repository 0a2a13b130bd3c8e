import { baseUrlOf, type EndpointSettings, type Posted, postJson } from "./openai-http.ts";
import { isObject } from "./prompt.ts";

/** A model that is asked of an endpoint, and what for. */
export interface EndpointModel {
  readonly name: string;
  readonly kind: "chat" | "embedding";
}

/** What a first try says of an endpoint. */
export type EndpointCheck =
  | { readonly ok: true; readonly tookMs: number }
  | {
      readonly ok: false;
      /** True if it may pass by itself: the endpoint is slow, busy, or loading the model. */
      readonly passing: boolean;
      readonly message: string;
      readonly next: string;
    };

/** A model that must first be loaded takes longer; that is told, and no fault. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** How many of an endpoint's models are named. */
const MOST_NAMED = 12;

/**
 * Asks an OpenAI-compatible endpoint for one token, or for one vector, and says what is wrong with what comes back.
 * @throws Error if the address is not http(s).
 */
export async function tryEndpoint(
  options: { readonly baseUrl: string; readonly apiKey?: string; readonly timeoutMs?: number },
  model: EndpointModel,
): Promise<EndpointCheck> {
  const endpoint: EndpointSettings = {
    baseUrl: baseUrlOf(options.baseUrl),
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxTries: 1,
    retryDelayMs: 0,
  };
  const startedAt = performance.now();
  const answer = await (model.kind === "chat"
    ? postJson(endpoint, "/v1/chat/completions", {
        model: model.name,
        messages: [{ role: "user", content: "Hi" }],
        max_tokens: 1,
        stream: false,
      })
    : postJson(endpoint, "/v1/embeddings", { model: model.name, input: ["Hi"] }));
  if ("body" in answer && Array.isArray(answer.body[model.kind === "chat" ? "choices" : "data"]))
    return { ok: true, tookMs: Math.round(performance.now() - startedAt) };
  return { ok: false, ...(await wrongWith(endpoint, model, answer)) };
}

async function wrongWith(
  endpoint: EndpointSettings,
  { name }: EndpointModel,
  answer: Posted,
): Promise<Omit<Extract<EndpointCheck, { ok: false }>, "ok">> {
  const { baseUrl, apiKey } = endpoint;
  const shape = "Is it the address of an OpenAI-compatible server, such as http://127.0.0.1:11434 of Ollama?";
  if ("body" in answer)
    return { passing: false, message: `${baseUrl} answers in a shape that OpenAI's does not have.`, next: shape };
  const { errorCode, errorMessage } = answer.error;
  const told = { passing: false, message: errorMessage };
  if (answer.fault === "unreachable")
    return {
      passing: false,
      message: errorMessage.replace(/ Check that .*$/, ""),
      next: "Start it, or check its address and port.",
    };
  if (answer.fault === "shape") return { ...told, next: shape };
  if (answer.fault === "late")
    return {
      passing: true,
      message: `${baseUrl} has not answered one request for ${endpoint.timeoutMs / 1_000} s.`,
      next: "It may be loading the model; if records do not come back either, look at its own log.",
    };
  if (errorCode === 401 || errorCode === 403)
    return {
      ...told,
      next: apiKey === undefined ? "Put its API key into OPENAI_API_KEY." : "Check the API key in OPENAI_API_KEY.",
    };
  if (errorCode === 404 || (errorCode === 400 && /model/i.test(errorMessage)))
    return { ...told, next: await modelsAdvice(endpoint, name) };
  return { ...told, passing: errorCode === 429 || errorCode >= 500, next: "Its own log may say more." };
}

async function modelsAdvice({ baseUrl, apiKey, timeoutMs }: EndpointSettings, name: string): Promise<string> {
  const models = await modelsAt(baseUrl, apiKey, timeoutMs);
  if (models === undefined) return `Is ${baseUrl}/v1 its address? Name one of its models with --responder-model.`;
  if (models.length === 0) return `It has no models. Load ${name} first (Ollama: ollama pull ${name}).`;
  const named = models.slice(0, MOST_NAMED).join(", ");
  const more = models.length > MOST_NAMED ? `, and ${models.length - MOST_NAMED} more` : "";
  return `Name one of its models with --responder-model. It has: ${named}${more}.`;
}

/** The names of an endpoint's models; undefined if it does not say. */
async function modelsAt(baseUrl: string, apiKey: string | undefined, timeoutMs: number): Promise<string[] | undefined> {
  try {
    const response = await fetch(`${baseUrl}/v1/models`, {
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = response.ok ? await response.json() : undefined;
    if (!isObject(body) || !Array.isArray(body["data"])) return undefined;
    return body["data"].flatMap((each) => (isObject(each) && typeof each["id"] === "string" ? [each["id"]] : []));
  } catch {
    // It is only for the words of an error that is told anyway.
    return undefined;
  }
}
