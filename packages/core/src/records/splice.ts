const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Puts a member in front of the first one of a JSON object, and leaves every other byte as it was.
 *
 * @param line the bytes of a JSON object; whitespace (or a byte-order mark) may stand around it
 * @param member a JSON member, such as `"recordId":"x"`
 */
export function withMember(line: Uint8Array, member: string): Uint8Array {
  const at = line.indexOf(OPENING_BRACE) + 1;
  const inserted = encoder.encode(isEmptyObject(line, at) ? member : `${member},`);
  return insert(line, at, inserted);
}

/**
 * Puts a member behind the last one, so that it wins over an earlier member of the same name; otherwise as
 * `withMember`.
 */
export function withLastMember(line: Uint8Array, member: string): Uint8Array {
  const at = line.lastIndexOf(CLOSING_BRACE);
  const empty = isEmptyObject(line, line.indexOf(OPENING_BRACE) + 1);
  return insert(line, at, encoder.encode(empty ? member : `,${member}`));
}

/**
 * Takes the members of these names away, however often each is there, and leaves every other byte of the others as it
 * was. A line that has none of them is given back itself.
 *
 * @param line as for `withMember`
 */
export function withoutMembers(line: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const open = line.indexOf(OPENING_BRACE) + 1;
  const { members, close } = membersIn(line, open);
  const kept = members.filter((member) => !names.has(nameOf(member)));
  if (kept.length === members.length) return line;
  const head = line.subarray(0, open);
  const joined = kept.flatMap((member, at) => (at === 0 ? [member] : [Uint8Array.of(COMMA), member]));
  return concatenated([head, ...joined, line.subarray(close)]);
}

/** The bytes of each member of the outermost object, with the whitespace around it, and where its brace closes. */
function membersIn(line: Uint8Array, open: number): { members: Uint8Array[]; close: number } {
  const members: Uint8Array[] = [];
  let depth = 1;
  let from = open;
  let at = open;
  for (; at < line.length && depth > 0; at++) {
    const byte = line[at];
    if (byte === QUOTE) at = endOfString(line, at);
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth++;
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--;
    if (depth === 0 || (depth === 1 && byte === COMMA)) {
      members.push(line.subarray(from, at));
      from = at + 1;
    }
  }
  return { members, close: at - 1 };
}

/** Where the closing quote of the string stands that begins at `at`. */
function endOfString(line: Uint8Array, at: number): number {
  let end = at + 1;
  for (; line[end] !== QUOTE && end < line.length; end++) if (line[end] === BACKSLASH) end++;
  return end;
}

/** The name of a member, as JSON reads it: letters may be written with escapes. Empty for an object without members. */
function nameOf(member: Uint8Array): string {
  const quote = member.indexOf(QUOTE);
  return quote === -1 ? "" : JSON.parse(decoder.decode(member.subarray(quote, endOfString(member, quote) + 1)));
}

function concatenated(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isEmptyObject(line: Uint8Array, inside: number): boolean {
  let at = inside;
  while (isJsonSpace(line[at])) at++;
  return line[at] === CLOSING_BRACE;
}

function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function insert(line: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  return concatenated([line.subarray(0, at), inserted, line.subarray(at)]);
}
