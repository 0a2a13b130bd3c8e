import type { Family } from "./family.ts";

const MEBIBYTE = 1_048_576;
/** What a line has beside its `modelInput`: a recordId, and the members of an error that was dropped again. */
const ENVELOPE_BYTES = 65_536;

/** AWS's page on Claude's Messages API, "Request and Response": "The maximum size of the payload … is 20MB". */
const CLAUDE_BODY_BYTES = 20 * MEBIBYTE;
/**
 * AWS's Nova guide, "Multimodal support": a payload is at most 25 MB. It is InvokeModel's own limit as well: its
 * reference gives a body at most 25,000,000 bytes.
 */
const BODY_BYTES = 25 * MEBIBYTE;

/** The longest line that is read for any model, in bytes without its end. Our own limit: plan holds one in memory. */
export const MAX_LINE_BYTES = 40_000_000;

/**
 * The longest line that a family's models take, in bytes without its end.
 *
 * @param family undefined where it is not known: then a model's own limit is left to it, as under Converse, where every
 * model has another
 */
export function mostLineBytes(family: Family | undefined): number {
  if (family === undefined || family === "Converse") return MAX_LINE_BYTES;
  return (family === "Claude" ? CLAUDE_BODY_BYTES : BODY_BYTES) + ENVELOPE_BYTES;
}
