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
  type Turn,
} from "./prompt.ts";
import type { JsonObject } from "./responder.ts";

const SYSTEM_ROLES = ["system", "developer"];

/** Where a content block has its image: OpenAI nests the address, others do not. */
function imageOf(block: JsonObject): string | undefined {
  const image = block["image_url"];
  const url = isObject(image) ? image["url"] : image;
  return typeof url === "string" ? url : undefined;
}

function blockOf(block: unknown): ContentBlock {
  if (!isObject(block)) return blockOfAnything(block);
  if (typeof block["text"] === "string") return { kind: "text", text: block["text"] };
  const dataUrl = imageOf(block);
  return dataUrl === undefined ? blockOfAnything(block) : { kind: "image", dataUrl };
}

/** A message without content has something else to say, such as the tools that it calls. */
function blocksOf({ role: _, content, ...others }: JsonObject): readonly ContentBlock[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (Array.isArray(content)) return content.map(blockOf);
  return [blockOfAnything(content ?? others)];
}

/** The turns of OpenAI's `messages`, of whatever role: only what a chat endpoint has no word for is put as the user's. */
export function turnsOfMessages(body: JsonObject): readonly Turn[] {
  return requiredList(body, "messages").map((message, index) => {
    if (!isObject(message)) throw new InvalidInputError(`messages.${index}: Input should be an object`);
    const role = String(message["role"]);
    if (SYSTEM_ROLES.includes(role)) return { role: "system", blocks: blocksOf(message) };
    return { role: role === "assistant" ? "assistant" : "user", blocks: blocksOf(message) };
  });
}

/** OpenAI's chat completions, which gpt-oss, Qwen, DeepSeek and others speak on Bedrock. */
export const openAiChat: BodyFamily<ChatPrompt, ChatReply> = {
  read: (body) => {
    const maxTokens = body["max_completion_tokens"] === undefined ? "max_tokens" : "max_completion_tokens";
    const stop = typeof body["stop"] === "string" ? { ...body, stop: [body["stop"]] } : body;
    return {
      kind: "chat",
      turns: turnsOfMessages(body),
      ...chatSettings(stop, { maxTokens, topP: "top_p", stopSequences: "stop" }),
    };
  },
  write: (reply, _prompt, modelName) => ({
    object: "chat.completion",
    model: modelName,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: reply.text },
        finish_reason: reply.ending === "length" ? "length" : "stop",
      },
    ],
    usage: {
      prompt_tokens: reply.inputTokens,
      completion_tokens: reply.outputTokens,
      total_tokens: reply.inputTokens + reply.outputTokens,
    },
  }),
};
