import { setTimeout as pause } from "node:timers/promises";
import type { EndpointHealth, RequestOutcome } from "./endpoint-health.ts";
import { isObject } from "./prompt.ts";
import type { JsonObject, OutputError } from "./responder.ts";

/** No wait between two tries is longer, whatever the server's Retry-After says: a record must not hold a job up. */
const MAX_RETRY_DELAY_MS = 30_000;
/** An endpoint's error page may be long; the record's error line need not be. */
const MAX_ERROR_LETTERS = 500;
const BAD_REQUEST = 400;

export interface EndpointSettings {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
  readonly maxTries: number;
  readonly retryDelayMs: number;
  /** Hears of each try. */
  readonly health?: EndpointHealth;
}

/** Why an endpoint gave no usable answer: it said no, could not be reached, was too slow, or is no such endpoint. */
type Fault = "status" | "unreachable" | "late" | "shape";

export type Posted = { readonly body: JsonObject } | { readonly error: OutputError; readonly fault: Fault };

/**
 * Where an endpoint's `/v1/…` lies, whether or not its address was given with it.
 * @throws Error if it is not http(s).
 */
export function baseUrlOf(address: string): string {
  const baseUrl = address.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (/^https?:\/\//.test(baseUrl)) return baseUrl;
  throw new Error(`The base URL "${address}" is not an http(s) address. Give one like http://127.0.0.1:11434.`);
}

type Try = Posted & { readonly passing: boolean; readonly retryAfterMs?: number };

function wordsOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    const error = isObject(parsed) ? parsed["error"] : undefined;
    if (typeof error === "string") return error.slice(0, MAX_ERROR_LETTERS);
    if (isObject(error) && typeof error["message"] === "string") return error["message"].slice(0, MAX_ERROR_LETTERS);
  } catch {
    // Not JSON: the text itself is the best there is.
  }
  return text.slice(0, MAX_ERROR_LETTERS);
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

async function tried(
  endpoint: EndpointSettings,
  url: string,
  request: JsonObject,
  signal: AbortSignal | undefined,
): Promise<Try> {
  const timeout = AbortSignal.timeout(endpoint.timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(endpoint.apiKey === undefined ? {} : { authorization: `Bearer ${endpoint.apiKey}` }),
      },
      body: JSON.stringify(request),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const text = await response.text();
    if (!response.ok) {
      const error = {
        errorCode: response.status,
        errorMessage: `${url} answered ${response.status}: ${wordsOf(text)}`,
      };
      const wait = retryAfterMs(response);
      const passing = response.status === 429 || response.status >= 500;
      return { error, fault: "status", passing, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
    }
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return { body, passing: false };
    const errorMessage = `${url} answered with JSON that is no object.`;
    return { error: { errorCode: 500, errorMessage }, fault: "shape", passing: false };
  } catch (fault) {
    // The job was stopped: the record is neither responded to nor failed, so this must not become its error.
    if (signal?.aborted) throw signal.reason;
    if (timeout.aborted) {
      const errorMessage = `${url} did not answer within ${endpoint.timeoutMs} ms. Raise the timeout or lower the concurrency.`;
      return { error: { errorCode: 504, errorMessage }, fault: "late", passing: true };
    }
    if (fault instanceof SyntaxError) {
      const errorMessage = `${url} answered with text that is not JSON.`;
      return { error: { errorCode: 500, errorMessage }, fault: "shape", passing: false };
    }
    const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause.message : String(fault);
    const errorMessage = `${url} could not be reached (${cause}). Check that the server runs and that the base URL is right.`;
    return { error: { errorCode: 503, errorMessage }, fault: "unreachable", passing: true };
  }
}

/** One try, of which the endpoint's health hears. A refusal of the request itself is an answer. */
async function watched(...[endpoint, url, request, signal]: Parameters<typeof tried>): Promise<Try> {
  const ended = endpoint.health?.request();
  let became: RequestOutcome = "cut";
  try {
    const outcome = await tried(endpoint, url, request, signal);
    became = outcomeOf(outcome);
    return outcome;
  } finally {
    ended?.(became);
  }
}

function outcomeOf(outcome: Try): RequestOutcome {
  if ("body" in outcome || outcome.error.errorCode === BAD_REQUEST) return "answered";
  return { failed: outcome.error.errorMessage };
}

/**
 * Posts JSON to an endpoint and reads the JSON answer; tries again, up to `maxTries` in all, after 429, 5xx, a
 * timeout or a refused connection. Every failure is a value.
 * @throws the signal's reason if `signal` is aborted.
 */
export async function postJson(
  endpoint: EndpointSettings,
  path: string,
  request: JsonObject,
  signal?: AbortSignal,
): Promise<Posted> {
  const url = `${endpoint.baseUrl}${path}`;
  let last = await watched(endpoint, url, request, signal);
  for (let made = 1; made < endpoint.maxTries && last.passing; made += 1) {
    const delayMs = last.retryAfterMs ?? endpoint.retryDelayMs * 2 ** (made - 1);
    await pause(Math.min(delayMs, MAX_RETRY_DELAY_MS), undefined, signal === undefined ? {} : { signal });
    last = await watched(endpoint, url, request, signal);
  }
  return "body" in last ? { body: last.body } : { error: last.error, fault: last.fault };
}
