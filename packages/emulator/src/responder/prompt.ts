import type { JsonObject } from "./responder.ts";

/** One piece of a turn: text, or an image as the chat endpoint takes it. */
export type ContentBlock =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly dataUrl: string };

/** One message of a conversation. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly blocks: readonly ContentBlock[];
}

/** What a chat or text model is asked, whatever its family's body looks like. */
export interface ChatPrompt {
  readonly kind: "chat";
  readonly turns: readonly Turn[];
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

/** What an embedding model is asked. */
export interface EmbeddingPrompt {
  readonly kind: "embedding";
  readonly texts: readonly string[];
  /** The length of a vector, where the body names one. */
  readonly dimensions?: number;
}

/** What a record asks for, read from any family's body. */
export type Prompt = ChatPrompt | EmbeddingPrompt;

/** A chat model's reply, before a family puts it into its body. */
export interface ChatReply {
  readonly kind: "chat";
  readonly text: string;
  /** Why the text ends: the model was done, the token limit was reached, or a stop sequence came. */
  readonly ending: "done" | "length" | "stopSequence";
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** An embedding model's reply: one vector for each text, in order. */
export interface EmbeddingReply {
  readonly kind: "embedding";
  readonly vectors: ReadonlyArray<readonly number[]>;
  readonly inputTokens: number;
}

/** A reply to a prompt of the same kind. */
export type Reply = ChatReply | EmbeddingReply;

/** A body that the model would refuse. It becomes a record error with code 400. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
}

/** Whether a JSON value is an object, not a list and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What no chat endpoint has a word for (a tool's call, a video, a document), as the text that it is in the body. */
export function blockOfAnything(value: unknown): ContentBlock {
  return { kind: "text", text: JSON.stringify(value) ?? "" };
}

/** The list under `key`. @throws InvalidInputError if it is missing, no list, or empty. */
export function requiredList(body: JsonObject, key: string): readonly unknown[] {
  const value = body[key];
  if (value === undefined) throw new InvalidInputError(`${key}: Field required`);
  if (!Array.isArray(value)) throw new InvalidInputError(`${key}: Input should be a valid list`);
  if (value.length === 0) throw new InvalidInputError(`${key}: at least one element is required`);
  return value;
}

/** The text under `key`. @throws InvalidInputError if it is missing, no text, or empty. */
export function requiredText(body: JsonObject, key: string): string {
  const value = body[key];
  if (value === undefined) throw new InvalidInputError(`${key}: Field required`);
  if (typeof value !== "string") throw new InvalidInputError(`${key}: Input should be a valid string`);
  if (value.length === 0) throw new InvalidInputError(`${key}: must not be empty`);
  return value;
}

/** The number under `key`, if there is one. @throws InvalidInputError if it is no number or below `least`. */
export function optionalNumber(body: JsonObject, key: string, least: number): number | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw new InvalidInputError(`${key}: Input should be a valid number`);
  if (value < least) throw new InvalidInputError(`${key}: must be greater than or equal to ${least}`);
  return value;
}

/** The texts under `key`, if there are any. @throws InvalidInputError if it is no list of texts. */
export function optionalTexts(body: JsonObject, key: string): readonly string[] | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string")) {
    throw new InvalidInputError(`${key}: Input should be a valid list of strings`);
  }
  return value;
}

/** The settings that every chat family has, under the family's own names; what the body leaves out stays out. */
export function chatSettings(
  body: JsonObject,
  keys: { readonly maxTokens: string; readonly topP: string; readonly stopSequences: string },
): Pick<ChatPrompt, "maxTokens" | "temperature" | "topP" | "stopSequences"> {
  const maxTokens = optionalNumber(body, keys.maxTokens, 1);
  const temperature = optionalNumber(body, "temperature", 0);
  const topP = optionalNumber(body, keys.topP, 0);
  const stopSequences = optionalTexts(body, keys.stopSequences);
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stopSequences === undefined ? {} : { stopSequences }),
  };
}

/** The role of a message. @throws InvalidInputError if it is not one of the allowed ones. */
export function roleOf(message: JsonObject, at: string, allowed: readonly Turn["role"][]): Turn["role"] {
  const role = allowed.find((name) => name === message["role"]);
  if (role === undefined) throw new InvalidInputError(`${at}.role: must be one of ${allowed.join(", ")}`);
  return role;
}
