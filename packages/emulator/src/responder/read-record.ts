import type { InvocationType } from "@sluice/core";
import { claude } from "./claude.ts";
import { converse, nova } from "./converse.ts";
import { cohereEmbedding, novaEmbedding, titanEmbedding } from "./embeddings.ts";
import type { BodyFamily } from "./family.ts";
import { openAiChat } from "./openai-chat.ts";
import { generic, llama, mistral } from "./plain-text.ts";
import { InvalidInputError, isObject, type Prompt, type Reply } from "./prompt.ts";
import type { JsonObject, RecordOutput } from "./responder.ts";

/** A record's body, read: what is asked, and how to put a reply of the same kind into the family's response. */
export interface ReadRecord {
  readonly prompt: Prompt;
  readonly modelName: string;
  output(reply: Reply): RecordOutput;
}

/** A profile's geography: `us.anthropic.…` is the model `anthropic.…` in several Regions. */
const GEOGRAPHY = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|global)\./;

/** The model's own name, without the ARN around it and without a profile's geography. */
export function modelNameOf(modelId: string): string {
  return modelId.slice(modelId.lastIndexOf("/") + 1).replace(GEOGRAPHY, "");
}

/** Nova's models that chat: others of that name make images and videos, or embed. */
const NOVA_CHAT = /^amazon\.nova-(?:\d+-)?(?:micro|lite|pro|premier)\b/;

type AnyFamily =
  | { readonly kind: "chat"; readonly family: typeof claude }
  | { readonly kind: "embedding"; readonly family: typeof titanEmbedding };

function familyByName(modelName: string): AnyFamily | undefined {
  if (modelName.startsWith("anthropic.")) return { kind: "chat", family: claude };
  if (/^amazon\.nova-.*embeddings/.test(modelName)) return { kind: "embedding", family: novaEmbedding };
  if (NOVA_CHAT.test(modelName)) return { kind: "chat", family: nova };
  if (modelName.startsWith("amazon.titan-embed")) return { kind: "embedding", family: titanEmbedding };
  if (modelName.startsWith("cohere.embed")) return { kind: "embedding", family: cohereEmbedding };
  if (modelName.startsWith("meta.llama")) return { kind: "chat", family: llama };
  if (modelName.startsWith("mistral.")) return { kind: "chat", family: mistral };
  return undefined;
}

/** An application inference profile's ARN does not tell its model, nor does a model's name that is not known; its bodies do. */
function familyByBody(body: JsonObject): AnyFamily {
  if (body["anthropic_version"] !== undefined) return { kind: "chat", family: claude };
  if (body["input_type"] !== undefined) return { kind: "embedding", family: cohereEmbedding };
  if (body["singleEmbeddingParams"] !== undefined) return { kind: "embedding", family: novaEmbedding };
  if (body["inputImage"] !== undefined) return { kind: "embedding", family: titanEmbedding };
  if (body["max_gen_len"] !== undefined) return { kind: "chat", family: llama };
  if (body["inferenceConfig"] !== undefined) return { kind: "chat", family: nova };
  if (Array.isArray(body["messages"])) return { kind: "chat", family: openAiChat };
  return { kind: "chat", family: generic };
}

function bound<P extends Prompt, R extends Reply>(
  family: BodyFamily<P, R>,
  kind: Reply["kind"],
  modelName: string,
  body: JsonObject,
): ReadRecord {
  const prompt = family.read(body);
  return {
    prompt,
    modelName,
    output: (reply) => {
      if (reply.kind !== kind) throw new TypeError(`A ${kind} prompt of ${modelName} was given a ${reply.kind} reply.`);
      return {
        ok: family.write(reply as R, prompt, modelName, body),
        inputTokens: reply.inputTokens,
        outputTokens: reply.kind === "chat" ? reply.outputTokens : 0,
      };
    },
  };
}

/**
 * Reads a record's body as its model would.
 * @throws InvalidInputError if the model would refuse it.
 */
export function readRecord(modelId: string, invocationType: InvocationType, modelInput: unknown): ReadRecord {
  if (!isObject(modelInput)) throw new InvalidInputError("modelInput: Input should be a JSON object");
  const modelName = modelNameOf(modelId);
  if (invocationType === "Converse") return bound(converse, "chat", modelName, modelInput);
  const chosen = familyByName(modelName) ?? familyByBody(modelInput);
  return chosen.kind === "chat"
    ? bound(chosen.family, chosen.kind, modelName, modelInput)
    : bound(chosen.family, chosen.kind, modelName, modelInput);
}
