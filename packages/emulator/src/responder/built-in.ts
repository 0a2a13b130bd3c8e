import {
  type ChatPrompt,
  type ChatReply,
  type EmbeddingPrompt,
  type EmbeddingReply,
  InvalidInputError,
} from "./prompt.ts";
import { readRecord } from "./read-record.ts";
import type { RecordOutput, Responder } from "./responder.ts";
import { hash32, sequenceFrom } from "./seeded.ts";

/** A response costs no waiting, so more at once would gain nothing; this only sizes the caller's window. */
const BUILT_IN_CONCURRENCY = 16;
/** A common rule of thumb for English; the counts need to be plausible, not exact. */
const LETTERS_PER_TOKEN = 4;
const LEAST_WORDS = 6;
const MOST_WORDS = 24;
/** Titan V2's and Cohere v3's length when the body names none; Titan V1 and Cohere v4 have the longer one. */
const DEFAULT_DIMENSIONS = 1024;
const LONGER_DIMENSIONS = 1536;
const LONGER = /embed-text-v1|embed-v4/;
/** A body may ask for any length; the response's size must stay bounded. */
const MAX_DIMENSIONS = 4096;
const VECTOR_DIGITS = 1e6;

const WORDS = (
  "water gate level river stone slow clear stream bank field mill wheel turn lock basin rain spring summer quiet open " +
  "close carry lead hold rise fall reach bridge boat reed light morning evening north south deep narrow wide steady flow"
).split(" ");

function tokensOf(text: string): number {
  return Math.ceil(text.length / LETTERS_PER_TOKEN);
}

function chatReply(prompt: ChatPrompt): ChatReply {
  const asked = JSON.stringify(prompt.turns);
  const next = sequenceFrom(hash32(asked));
  const wanted = LEAST_WORDS + Math.floor(next() * (MOST_WORDS - LEAST_WORDS + 1));
  const most = prompt.maxTokens ?? MOST_WORDS;
  // One word counts as one token, so that a limit cuts exactly where it says.
  const words = Array.from({ length: Math.min(wanted, most) }, () => WORDS[Math.floor(next() * WORDS.length)] ?? "");
  const text = words.join(" ");
  return {
    kind: "chat",
    text: wanted > most ? text : `${text}.`,
    ending: wanted > most ? "length" : "done",
    inputTokens: prompt.turns.reduce(
      (sum, { blocks }) =>
        sum + blocks.reduce((all, block) => all + (block.kind === "text" ? tokensOf(block.text) : 0), 0),
      0,
    ),
    outputTokens: words.length,
  };
}

/** A unit vector that depends on the text only. */
function vectorOf(text: string, dimensions: number): readonly number[] {
  const next = sequenceFrom(hash32(text));
  const raw = Array.from({ length: dimensions }, () => next() * 2 - 1);
  const norm = Math.sqrt(raw.reduce((sum, value) => sum + value * value, 0));
  return raw.map((value) => Math.round((value / norm) * VECTOR_DIGITS) / VECTOR_DIGITS);
}

function embeddingReply(prompt: EmbeddingPrompt, modelName: string): EmbeddingReply {
  const usual = LONGER.test(modelName) ? LONGER_DIMENSIONS : DEFAULT_DIMENSIONS;
  const dimensions = Math.min(prompt.dimensions ?? usual, MAX_DIMENSIONS);
  return {
    kind: "embedding",
    vectors: prompt.texts.map((text) => vectorOf(text, dimensions)),
    inputTokens: prompt.texts.reduce((sum, text) => sum + tokensOf(text), 0),
  };
}

/** Turns a body that the model would refuse into a record error with code 400; anything else is a fault of ours. */
export function refusalOf(fault: unknown): RecordOutput {
  if (fault instanceof InvalidInputError) return { error: { errorCode: 400, errorMessage: fault.message } };
  throw fault;
}

/**
 * Responds to every record at once, without a model: a well-formed response body of the model's family, whose text or
 * vector depends on the record's input only. A body that the model would refuse gets a 400 record error.
 */
export function builtInResponder(): Responder {
  return {
    concurrency: BUILT_IN_CONCURRENCY,
    respond: async (modelId, invocationType, modelInput) => {
      try {
        const record = readRecord(modelId, invocationType, modelInput);
        const { prompt } = record;
        return record.output(prompt.kind === "chat" ? chatReply(prompt) : embeddingReply(prompt, record.modelName));
      } catch (fault) {
        return refusalOf(fault);
      }
    },
  };
}
