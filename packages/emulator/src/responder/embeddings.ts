import type { BodyFamily } from "./family.ts";
import {
  type EmbeddingPrompt,
  type EmbeddingReply,
  InvalidInputError,
  isObject,
  optionalNumber,
  optionalTexts,
  requiredList,
  requiredText,
} from "./prompt.ts";
import type { JsonObject } from "./responder.ts";
import { hash32 } from "./seeded.ts";

/** Titan Text Embeddings V2 (AWS: Amazon Titan Embeddings Text request). */
const TITAN_DIMENSIONS: readonly number[] = [256, 512, 1024];
/** Cohere Embed: texts, or images, in one call (AWS: Cohere Embed models request). */
const MAX_COHERE_INPUTS = 96;
const COHERE_INPUT_TYPES = ["search_document", "search_query", "classification", "clustering", "image"];
/** Where Cohere's body has what it embeds; version 4 added mixed `inputs`. */
const COHERE_INPUTS = ["texts", "images", "inputs"] as const;
/** Nova's length when the body names none (AWS: Nova embeddings schema). */
const NOVA_DIMENSIONS = 3072;
const NOVA_MODALITIES = ["text", "image", "audio", "video"] as const;
/** An eight-bit number stands for a coordinate between -1 and 1. */
const INT8_STEPS = 127;
const BITS_A_BYTE = 8;

/** Amazon Titan's embeddings: of a text, or of a picture with or without one. */
export const titanEmbedding: BodyFamily<EmbeddingPrompt, EmbeddingReply> = {
  read: (body) => (body["inputImage"] === undefined ? readTitanText(body) : readTitanImage(body)),
  write: (reply, _prompt, modelName) => {
    const embedding = reply.vectors[0] ?? [];
    // Only the second version of the text model has `embeddingsByType`.
    return /embed-text-v1|embed-image/.test(modelName)
      ? { embedding, inputTextTokenCount: reply.inputTokens }
      : { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount: reply.inputTokens };
  },
};

function readTitanText(body: JsonObject): EmbeddingPrompt {
  const text = requiredText(body, "inputText");
  const dimensions = optionalNumber(body, "dimensions", 1);
  if (dimensions !== undefined && !TITAN_DIMENSIONS.includes(dimensions)) {
    throw new InvalidInputError(`dimensions: must be one of ${TITAN_DIMENSIONS.join(", ")}`);
  }
  return prompt([text], dimensions ?? titanLength(body));
}

function readTitanImage(body: JsonObject): EmbeddingPrompt {
  const image = requiredText(body, "inputImage");
  const text = body["inputText"];
  return prompt([typeof text === "string" ? `${text}\n${image}` : image], titanLength(body));
}

/** How the image model is asked for a length, also for a text alone. */
function titanLength(body: JsonObject): number | undefined {
  const settings = body["embeddingConfig"];
  return isObject(settings) ? optionalNumber(settings, "outputEmbeddingLength", 1) : undefined;
}

/** Cohere Embed. With `embedding_types` the vectors stand by type, without it as a plain list. */
export const cohereEmbedding: BodyFamily<EmbeddingPrompt, EmbeddingReply> = {
  read: (body) => {
    if (!COHERE_INPUT_TYPES.includes(requiredText(body, "input_type"))) {
      throw new InvalidInputError(`input_type: must be one of ${COHERE_INPUT_TYPES.join(", ")}`);
    }
    const key = COHERE_INPUTS.find((name) => body[name] !== undefined) ?? "texts";
    const inputs = requiredList(body, key);
    if (key === "texts" && !inputs.every((text) => typeof text === "string")) {
      throw new InvalidInputError("texts: Input should be a valid list of strings");
    }
    if (inputs.length > MAX_COHERE_INPUTS) {
      throw new InvalidInputError(`${key}: ${inputs.length} ${key} are more than the ${MAX_COHERE_INPUTS} of one call`);
    }
    optionalTexts(body, "embedding_types");
    const texts = inputs.map((input) => (typeof input === "string" ? input : JSON.stringify(input)));
    return prompt(texts, optionalNumber(body, "output_dimension", 1));
  },
  write: (reply, { texts }, modelName, body) => {
    const types = optionalTexts(body, "embedding_types");
    const id = hash32(modelName + texts.join("\n"))
      .toString(16)
      .padStart(8, "0");
    return {
      id,
      ...(body["texts"] !== undefined && { texts }),
      embeddings:
        types === undefined
          ? reply.vectors
          : Object.fromEntries(types.map((type) => [type, reply.vectors.map((vector) => ofType(type, vector))])),
      response_type: types === undefined ? "embeddings_floats" : "embeddings_by_type",
    };
  },
};

/** A vector in one of Cohere's number formats; a type that is not known is answered with the vector as it is. */
function ofType(type: string, vector: readonly number[]): readonly number[] {
  switch (type) {
    case "int8":
      return vector.map((value) => Math.round(value * INT8_STEPS));
    case "uint8":
      return vector.map((value) => Math.round(value * INT8_STEPS) + INT8_STEPS + 1);
    case "binary":
      return bytesOf(vector).map((byte) => byte - INT8_STEPS - 1);
    case "ubinary":
      return bytesOf(vector);
    default:
      return vector;
  }
}

/** One bit for each coordinate: whether it is positive. */
function bytesOf(vector: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(vector.length / BITS_A_BYTE) }, (_, at) =>
    vector
      .slice(at * BITS_A_BYTE, (at + 1) * BITS_A_BYTE)
      .reduce((byte, value, bit) => byte | (value > 0 ? 1 << (BITS_A_BYTE - 1 - bit) : 0), 0),
  );
}

/** Amazon Nova's multimodal embeddings: one vector of a text, a picture, a sound or a film. */
export const novaEmbedding: BodyFamily<EmbeddingPrompt, EmbeddingReply> = {
  read: (body) => {
    const settings = body["singleEmbeddingParams"];
    if (!isObject(settings)) throw new InvalidInputError("singleEmbeddingParams: Field required");
    const input = settings[modalityOf(settings)];
    if (input === undefined) {
      throw new InvalidInputError(`singleEmbeddingParams: one of ${NOVA_MODALITIES.join(", ")} is required`);
    }
    const dimensions = optionalNumber(settings, "embeddingDimension", 1) ?? NOVA_DIMENSIONS;
    const value = isObject(input) ? input["value"] : undefined;
    return prompt([typeof value === "string" ? value : JSON.stringify(input)], dimensions);
  },
  write: (reply, _prompt, _modelName, body) => {
    const settings = body["singleEmbeddingParams"];
    const embeddingType = modalityOf(isObject(settings) ? settings : {}).toUpperCase();
    return { embeddings: [{ embeddingType, embedding: reply.vectors[0] ?? [] }] };
  },
};

function modalityOf(settings: JsonObject): (typeof NOVA_MODALITIES)[number] {
  return NOVA_MODALITIES.find((name) => settings[name] !== undefined) ?? "text";
}

function prompt(texts: readonly string[], dimensions: number | undefined): EmbeddingPrompt {
  return { kind: "embedding", texts, ...(dimensions === undefined ? {} : { dimensions }) };
}
