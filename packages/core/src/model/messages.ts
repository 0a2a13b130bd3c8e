import { type Fault, type Fields, faultInList, faultOfList, isMissing, isObject } from "./fields.ts";

/** How the messages of a family look. */
export interface MessageForm {
  family: string;
  /** The roles that a message may have. */
  roles: readonly string[];
  /** Whether `content` may be a plain string beside an array of blocks. */
  plainContent: boolean;
  /** Whether a message may come without content, as one that only calls tools. */
  contentOptional: boolean;
  /** Whether every block must name its kind in `type`. */
  typedBlocks: boolean;
  /** Whether a block with a `type` is refused: its kind is the name of its one member. */
  strictBlocks?: boolean;
}

/** Makes the check of `messages`: a non-empty array of `{role, content}`. */
export function messagesCheck(form: MessageForm): (fields: Fields) => Fault | undefined {
  const { family } = form;
  const faultOfBlock = (block: unknown): Fault | undefined => {
    if (!isObject(block)) return ": must be an object";
    if (form.strictBlocks && !isMissing(block["type"]))
      return `.type: is no field of ${family}'s blocks: one is {"text": "…"} or {"image": {…}}`;
    return form.typedBlocks && typeof block["type"] !== "string" ? `.type: required for ${family}` : undefined;
  };
  const faultOfMessage = (message: unknown): Fault | undefined => {
    if (!isObject(message)) return ": must be an object";
    const { role, content } = message;
    if (isMissing(role)) return `.role: required for ${family}`;
    if (typeof role !== "string" || !form.roles.includes(role))
      return `.role: must be ${form.roles.map((known) => `"${known}"`).join(" or ")} for ${family}`;
    if (isMissing(content)) return form.contentOptional ? undefined : `.content: required for ${family}`;
    if (form.plainContent && typeof content === "string") return undefined;
    if (!Array.isArray(content))
      return `.content: must be ${form.plainContent ? "a string or " : ""}an array of content blocks for ${family}`;
    // An empty array is left to the model: some take it in the last message.
    return faultInList(content, "content", faultOfBlock);
  };
  return (fields) => faultOfList(fields, "messages", family, faultOfMessage);
}
