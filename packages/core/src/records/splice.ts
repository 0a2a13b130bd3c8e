const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

const encoder = new TextEncoder();

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

function isEmptyObject(line: Uint8Array, inside: number): boolean {
  let at = inside;
  while (isJsonSpace(line[at])) at++;
  return line[at] === CLOSING_BRACE;
}

function isJsonSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function insert(line: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  const spliced = new Uint8Array(line.length + inserted.length);
  spliced.set(line.subarray(0, at), 0);
  spliced.set(inserted, at);
  spliced.set(line.subarray(at), at + inserted.length);
  return spliced;
}
