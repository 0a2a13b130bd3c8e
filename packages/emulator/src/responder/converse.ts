import type { BodyFamily } from "./family.ts";
import {
  blockOfAnything,
  type ChatPrompt,
  type ChatReply,
  type ContentBlock,
  chatSettings,
  InvalidInputError,
  isObject,
  requiredList,
  roleOf,
  type Turn,
} from "./prompt.ts";
import type { JsonObject } from "./responder.ts";

const ENDINGS = { done: "end_turn", length: "max_tokens", stopSequence: "stop_sequence" } as const;

function blockOf(block: unknown): ContentBlock {
  if (isObject(block) && typeof block["text"] === "string") return { kind: "text", text: block["text"] };
  if (isObject(block) && isObject(block["image"]) && isObject(block["image"]["source"])) {
    const format = block["image"]["format"];
    const bytes = block["image"]["source"]["bytes"];
    if (typeof format === "string" && typeof bytes === "string") {
      return { kind: "image", dataUrl: `data:image/${format};base64,${bytes}` };
    }
  }
  // Documents, videos and tools' results: the model takes them, so nothing of them is refused here.
  return blockOfAnything(block);
}

function blocksOf(body: JsonObject, key: string, at: string): readonly ContentBlock[] {
  const blocks = body[key];
  if (!Array.isArray(blocks) || blocks.length === 0) {
    throw new InvalidInputError(`${at}: must be a non-empty list of content blocks such as [{"text": "…"}]`);
  }
  return blocks.map(blockOf);
}

function read(body: JsonObject): ChatPrompt {
  const turns = requiredList(body, "messages").map((message, index): Turn => {
    const at = `messages.${index}`;
    if (!isObject(message)) throw new InvalidInputError(`${at}: Input should be an object`);
    return { role: roleOf(message, at, ["user", "assistant"]), blocks: blocksOf(message, "content", `${at}.content`) };
  });
  const system: readonly Turn[] =
    body["system"] === undefined ? [] : [{ role: "system", blocks: blocksOf(body, "system", "system") }];
  const settings = body["inferenceConfig"] ?? {};
  if (!isObject(settings)) throw new InvalidInputError("inferenceConfig: Input should be an object");
  return {
    kind: "chat",
    turns: [...system, ...turns],
    ...chatSettings(settings, { maxTokens: "maxTokens", topP: "topP", stopSequences: "stopSequences" }),
  };
}

function written(reply: ChatReply) {
  return {
    output: { message: { role: "assistant", content: [{ text: reply.text }] } },
    stopReason: ENDINGS[reply.ending],
    usage: {
      inputTokens: reply.inputTokens,
      outputTokens: reply.outputTokens,
      totalTokens: reply.inputTokens + reply.outputTokens,
    },
  };
}

/** A Converse request, and Amazon Nova's own body, which has the same shape. */
export const nova: BodyFamily<ChatPrompt, ChatReply> = { read, write: written };

/**
 * A Converse request with Converse's response: Nova's plus metrics. The latency is 0: no clock is read here. Batch
 * refuses tools under Converse, and under Converse only.
 */
export const converse: BodyFamily<ChatPrompt, ChatReply> = {
  read: (body) => {
    if (body["toolConfig"] !== undefined) throw new InvalidInputError("toolConfig: tools are not supported in batch");
    return read(body);
  },
  write: (reply) => ({ ...written(reply), metrics: { latencyMs: 0 } }),
};
