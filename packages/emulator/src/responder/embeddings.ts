import type { BodyFamily } from "./family.ts";
import {
  type EmbeddingPrompt,
  type EmbeddingReply,
  InvalidInputError,
  optionalNumber,
  optionalTexts,
  requiredList,
  requiredText,
} from "./prompt.ts";
import { hash32 } from "./seeded.ts";

/** Titan Text Embeddings V2 (AWS: Amazon Titan Embeddings Text request). */
const TITAN_DIMENSIONS: readonly number[] = [256, 512, 1024];
/** Cohere Embed: texts in one call (AWS: Cohere Embed models request). */
const MAX_COHERE_TEXTS = 96;
const COHERE_INPUT_TYPES = ["search_document", "search_query", "classification", "clustering", "image"];

/** Amazon Titan's text embeddings. */
export const titanEmbedding: BodyFamily<EmbeddingPrompt, EmbeddingReply> = {
  read: (body) => {
    const text = requiredText(body, "inputText");
    const dimensions = optionalNumber(body, "dimensions", 1);
    if (dimensions !== undefined && !TITAN_DIMENSIONS.includes(dimensions)) {
      throw new InvalidInputError(`dimensions: must be one of ${TITAN_DIMENSIONS.join(", ")}`);
    }
    return { kind: "embedding", texts: [text], ...(dimensions === undefined ? {} : { dimensions }) };
  },
  write: (reply, _prompt, modelName) => {
    const embedding = reply.vectors[0] ?? [];
    // The first version of the model has no `embeddingsByType`.
    return modelName.includes("embed-text-v1")
      ? { embedding, inputTextTokenCount: reply.inputTokens }
      : { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount: reply.inputTokens };
  },
};

/** Cohere Embed. With `embedding_types` the vectors stand by type, without it as a plain list. */
export const cohereEmbedding: BodyFamily<EmbeddingPrompt, EmbeddingReply> = {
  read: (body) => {
    const texts = requiredList(body, "texts");
    if (!texts.every((text): text is string => typeof text === "string")) {
      throw new InvalidInputError("texts: Input should be a valid list of strings");
    }
    if (texts.length > MAX_COHERE_TEXTS) {
      throw new InvalidInputError(`texts: ${texts.length} texts are more than the ${MAX_COHERE_TEXTS} of one call`);
    }
    if (!COHERE_INPUT_TYPES.includes(requiredText(body, "input_type"))) {
      throw new InvalidInputError(`input_type: must be one of ${COHERE_INPUT_TYPES.join(", ")}`);
    }
    const types = optionalTexts(body, "embedding_types");
    if (types?.some((type) => type !== "float")) {
      throw new InvalidInputError("embedding_types: this responder makes float embeddings only");
    }
    const dimensions = optionalNumber(body, "output_dimension", 1);
    return { kind: "embedding", texts, ...(dimensions === undefined ? {} : { dimensions }) };
  },
  write: (reply, prompt, modelName, body) => {
    const byType = body["embedding_types"] !== undefined;
    return {
      id: `${hash32(modelName + prompt.texts.join("\n"))
        .toString(16)
        .padStart(8, "0")}`,
      texts: prompt.texts,
      embeddings: byType ? { float: reply.vectors } : reply.vectors,
      response_type: byType ? "embeddings_by_type" : "embeddings_floats",
    };
  },
};
