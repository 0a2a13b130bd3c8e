import { type Fields, isObject } from "../model/fields.ts";

/** What stands in a line that names media; without it nobody has to look. */
const MARK = '"s3Location"';
/** A member `uri` and its string, as it is written in JSON. Within a string the quotes would have a backslash. */
const URI_MEMBER = /("uri"\s*:\s*)("(?:[^"\\]|\\.)*")/g;

/**
 * The URIs of a record's `s3Location`s, each once; undefined if it has none, as nearly all records. What a model wrote
 * into the input of a tool names no media.
 */
export function mediaOf(text: string, modelInput: Fields): string[] | undefined {
  if (!text.includes(MARK)) return undefined;
  const uris = new Set<string>();
  // The nesting is the user's, so that no recursion follows it.
  const open: unknown[] = [modelInput];
  for (let at = 0; at < open.length; at++) {
    const value = open[at];
    if (Array.isArray(value)) open.push(...value.filter(isNested));
    else if (isObject(value)) {
      const { s3Location: location, toolUse: _, ...others } = value;
      if (isObject(location) && typeof location["uri"] === "string") uris.add(location["uri"]);
      open.push(...Object.values(others).filter(isNested));
    }
  }
  return uris.size === 0 ? undefined : [...uris];
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** The line with other URIs in the place of these, and every other byte as it was. */
export function withMediaAt(line: Uint8Array, places: ReadonlyMap<string, string>): Uint8Array {
  const text = decoder.decode(line).replace(URI_MEMBER, (whole: string, name: string, literal: string) => {
    const place = places.get(JSON.parse(literal));
    return place === undefined ? whole : `${name}${JSON.stringify(place)}`;
  });
  return encoder.encode(text);
}
