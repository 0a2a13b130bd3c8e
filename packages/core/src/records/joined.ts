/** A line with more objects than this is no accident of joining. */
const MOST_JOINED = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/**
 * The JSON objects that stand one behind the other on a line, as files do that were joined where the first had no line
 * feed at its end. Undefined if the line is anything else: one object, more than 1,000, or with something between them.
 *
 * @param bytes a line that is no JSON by itself
 */
export function joinedObjects(bytes: Uint8Array): Uint8Array[] | undefined {
  const objects: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (SPACES.has(bytes[at] ?? 0)) {
      at++;
      continue;
    }
    const end = endOfObject(bytes, at);
    if (end === undefined || objects.length === MOST_JOINED) return undefined;
    objects.push(bytes.subarray(at, end));
    at = end;
  }
  return objects.length > 1 && objects.every(isJson) ? objects : undefined;
}

/** Where the object that begins at `from` ends, as its braces say; undefined if none begins there or it goes on. */
function endOfObject(bytes: Uint8Array, from: number): number | undefined {
  if (bytes[from] !== OPENING_BRACE) return undefined;
  let depth = 0;
  let isInString = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPENING_BRACE) depth++;
    else if (byte === CLOSING_BRACE && --depth === 0) return at + 1;
  }
  return undefined;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
