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
import { hash32 } from "./seeded.ts";

/** The only value Bedrock takes (AWS: Anthropic Claude Messages API, request and response). */
const ANTHROPIC_VERSION = "bedrock-2023-05-31";

/** People put these into the body; Claude on Bedrock answers with "Extra inputs are not permitted". */
const FOREIGN_KEYS = ["model", "modelId", "stream"] as const;

const ENDINGS = { done: "end_turn", length: "max_tokens", stopSequence: "stop_sequence" } as const;

function blockOf(block: unknown): ContentBlock {
  if (isObject(block) && block["type"] === "text" && typeof block["text"] === "string") {
    return { kind: "text", text: block["text"] };
  }
  if (isObject(block) && block["type"] === "image" && isObject(block["source"])) {
    const source = block["source"];
    if (source["type"] === "base64" && typeof source["media_type"] === "string" && typeof source["data"] === "string") {
      return { kind: "image", dataUrl: `data:${source["media_type"]};base64,${source["data"]}` };
    }
  }
  // Tools and their results, documents, thinking: the model takes them, so nothing of them is refused here.
  return blockOfAnything(block);
}

function blocksOf(content: unknown, at: string): readonly ContentBlock[] {
  if (typeof content === "string" && content.length > 0) return [{ kind: "text", text: content }];
  if (!Array.isArray(content) || content.length === 0) {
    throw new InvalidInputError(`${at}: must be a non-empty string or a non-empty list of blocks`);
  }
  return content.map(blockOf);
}

function read(body: JsonObject): ChatPrompt {
  const version = body["anthropic_version"];
  if (version === undefined) throw new InvalidInputError("anthropic_version: Field required");
  if (version !== ANTHROPIC_VERSION) throw new InvalidInputError(`anthropic_version: must be "${ANTHROPIC_VERSION}"`);
  if (body["max_tokens"] === undefined) throw new InvalidInputError("max_tokens: Field required");
  const foreign = FOREIGN_KEYS.find((key) => body[key] !== undefined);
  if (foreign !== undefined) throw new InvalidInputError(`${foreign}: Extra inputs are not permitted`);
  const turns = requiredList(body, "messages").map((message, index): Turn => {
    const at = `messages.${index}`;
    if (!isObject(message)) throw new InvalidInputError(`${at}: Input should be an object`);
    return { role: roleOf(message, at, ["user", "assistant"]), blocks: blocksOf(message["content"], `${at}.content`) };
  });
  const system: readonly Turn[] =
    body["system"] === undefined ? [] : [{ role: "system", blocks: blocksOf(body["system"], "system") }];
  return {
    kind: "chat",
    turns: [...system, ...turns],
    ...chatSettings(body, { maxTokens: "max_tokens", topP: "top_p", stopSequences: "stop_sequences" }),
  };
}

function write(reply: ChatReply, _prompt: ChatPrompt, modelName: string): JsonObject {
  return {
    id: `msg_bdrk_${hash32(reply.text).toString(36).padStart(7, "0")}${hash32(modelName + reply.text)
      .toString(36)
      .padStart(7, "0")}`,
    type: "message",
    role: "assistant",
    // Real lines carry Anthropic's own name for the model, without vendor and version (bedrock id "…-v2:0").
    model: modelName.replace(/^anthropic\./, "").replace(/-v\d+(:\d+)?$/, ""),
    content: [{ type: "text", text: reply.text }],
    stop_reason: ENDINGS[reply.ending],
    stop_sequence: null,
    usage: { input_tokens: reply.inputTokens, output_tokens: reply.outputTokens },
  };
}

/** Anthropic Claude's messages body. */
export const claude: BodyFamily<ChatPrompt, ChatReply> = { read, write };
