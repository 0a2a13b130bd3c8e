import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withLastMember, withMember, withoutMembers } from "./splice.ts";

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

describe("taking members out of a line", () => {
  const without = (line: string, ...names: string[]) => textOf(withoutMembers(bytesOf(line), new Set(names)));

  test("leaves every other byte as it was, wherever the members stand and however often", () => {
    expect(without(' {"a" : 1.0e5, "x":{"x":[1,"}"]}, "b":"x,\\"x"} ', "x")).toBe(' {"a" : 1.0e5, "b":"x,\\"x"} ');
    expect(without('{"x":1,"a":2,"x":[3,4]}', "x")).toBe('{"a":2}');
    expect(without('{"\\u0078":1, "a":2}', "x")).toBe('{ "a":2}');
    expect(without('{"x":1}', "x")).toBe("{}");
    expect(without('{"y":{"z":1},"x":1}', "x", "y")).toBe("{}");
  });

  test("of which there are none gives the line itself", () => {
    for (const text of ["{}", " { } ", '{"a":{"x":1}}']) {
      const line = bytesOf(text);
      expect(withoutMembers(line, new Set(["x"]))).toBe(line);
    }
  });

  test("takes exactly those out of any object", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(0, 2),
        fc.nat(),
        (given, indent, pick) => {
          const names = Object.keys(given).filter((_, at) => (pick >> (at % 30)) & 1);
          const left = Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
          const line = JSON.stringify(given, null, indent);
          expect(JSON.parse(without(line, ...names))).toEqual(JSON.parse(JSON.stringify(left)));
        },
      ),
    );
  });
});
