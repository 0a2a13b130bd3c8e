import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withLastMember, withMember } from "./splice.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

describe("splicing a member into a line", () => {
  test("keeps every other byte, in front and behind", () => {
    expect(textOf(withMember(bytesOf(' {"b" : 1.0e5, "ü":{}} '), '"a":"x"'))).toBe(' {"a":"x","b" : 1.0e5, "ü":{}} ');
    expect(textOf(withLastMember(bytesOf(' {"b" : 1.0e5, "ü":{}} '), '"a":"x"'))).toBe(
      ' {"b" : 1.0e5, "ü":{},"a":"x"} ',
    );
  });

  test("adds exactly that member to any object, empty ones too", () => {
    const object = fc.dictionary(
      fc.string().filter((name) => name !== "new" && name !== "__proto__"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(object, fc.constantFrom(0, 2), fc.jsonValue(), (given, indent, value) => {
        const line = bytesOf(JSON.stringify(given, null, indent));
        const member = `"new":${JSON.stringify(value)}`;
        const expected = JSON.parse(JSON.stringify({ ...given, new: value }));
        expect(JSON.parse(textOf(withMember(line, member)))).toEqual(expected);
        expect(JSON.parse(textOf(withLastMember(line, member)))).toEqual(expected);
      }),
    );
  });

  test("a last member wins over an earlier one of its name", () => {
    expect(JSON.parse(textOf(withLastMember(bytesOf('{"error":1,"b":2}'), '"error":3')))).toEqual({ error: 3, b: 2 });
  });
});
