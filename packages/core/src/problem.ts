/** Why something was refused: what happened, and what to do next. */
export interface Problem {
  /** A short name in CamelCase, such as `JsonArray`. */
  code: string;
  message: string;
}

/** Control characters, line separators, marks that turn the direction of text, and halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/**
 * A text from outside (a key, metadata, words of a service) as it can be shown on one line: what could begin a line of
 * its own, move a terminal's cursor or turn the text around is written as its code.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
