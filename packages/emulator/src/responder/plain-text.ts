import type { BodyFamily } from "./family.ts";
import { turnsOfMessages } from "./openai-chat.ts";
import { type ChatPrompt, type ChatReply, chatSettings, requiredText, roleOf, type Turn } from "./prompt.ts";
import type { JsonObject } from "./responder.ts";

const LLAMA_TURN =
  /<\|start_header_id\|>(system|user|assistant)<\|end_header_id\|>\s*(.*?)(?=<\|eot_id\|>|<\|start_header_id\|>|$)/gs;

function turn(role: Turn["role"], text: string): Turn {
  return { role, blocks: [{ kind: "text", text }] };
}

/** A chat endpoint applies the model's template itself, so a prompt that already carries one is taken apart first. */
function turnsOfLlamaPrompt(prompt: string): readonly Turn[] {
  const turns = [...prompt.matchAll(LLAMA_TURN)].flatMap(([, role, text]) =>
    text === undefined || text === "" ? [] : [turn(roleOf({ role }, "prompt", ["system", "user", "assistant"]), text)],
  );
  return turns.length > 0 ? turns : [turn("user", prompt)];
}

function turnsOfMistralPrompt(prompt: string): readonly Turn[] {
  const bare = prompt.replace(/^<s>\s*/, "");
  const single = /^\[INST\](.*)\[\/INST\]\s*$/s.exec(bare)?.[1];
  // More than one [INST] is a whole conversation; a model reads that better as it stands than wrongly cut.
  return [turn("user", single === undefined || single.includes("[INST]") ? prompt : single.trim())];
}

/** Meta Llama's body: a prompt that carries the template. */
export const llama: BodyFamily<ChatPrompt, ChatReply> = {
  read: (body) => ({
    kind: "chat",
    turns: turnsOfLlamaPrompt(requiredText(body, "prompt")),
    ...chatSettings(body, { maxTokens: "max_gen_len", topP: "top_p", stopSequences: "stop" }),
  }),
  write: (reply) => ({
    generation: reply.text,
    prompt_token_count: reply.inputTokens,
    generation_token_count: reply.outputTokens,
    stop_reason: reply.ending === "length" ? "length" : "stop",
  }),
};

/** Mistral's two bodies: `prompt` is responded to with `outputs`, `messages` with `choices`. */
export const mistral: BodyFamily<ChatPrompt, ChatReply> = {
  read: (body) => ({
    kind: "chat",
    turns: body["messages"] === undefined ? turnsOfMistralPrompt(requiredText(body, "prompt")) : turnsOfMessages(body),
    ...chatSettings(body, { maxTokens: "max_tokens", topP: "top_p", stopSequences: "stop" }),
  }),
  write: (reply, _prompt, _modelName, body) => {
    const stopReason = reply.ending === "length" ? "length" : "stop";
    if (body["messages"] === undefined) return { outputs: [{ text: reply.text, stop_reason: stopReason }] };
    return {
      choices: [{ index: 0, message: { role: "assistant", content: reply.text }, stop_reason: stopReason }],
      usage: {
        prompt_tokens: reply.inputTokens,
        completion_tokens: reply.outputTokens,
        total_tokens: reply.inputTokens + reply.outputTokens,
      },
    };
  },
};

function turnsOfAnyBody(body: JsonObject): readonly Turn[] {
  for (const key of ["prompt", "inputText", "input"]) {
    const text = body[key];
    if (typeof text === "string" && text.length > 0) return [turn("user", text)];
  }
  return [turn("user", JSON.stringify(body))];
}

/** Any body that is not known: whatever looks like a prompt is one, and the response is plain. */
export const generic: BodyFamily<ChatPrompt, ChatReply> = {
  read: (body) => ({ kind: "chat", turns: turnsOfAnyBody(body) }),
  write: (reply, _prompt, modelName) => ({
    model: modelName,
    outputText: reply.text,
    completionReason: reply.ending === "length" ? "LENGTH" : "FINISH",
    usage: { inputTokens: reply.inputTokens, outputTokens: reply.outputTokens },
  }),
};
