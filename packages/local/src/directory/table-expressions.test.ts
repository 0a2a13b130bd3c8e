import conditions, { type ExpressionContext, type Parse } from "dynalite/db/conditionParser.js";
import updates from "dynalite/db/updateParser.js";
import { describe, expect, it } from "vitest";
import { remembering } from "./table-expressions.ts";

const contextOf = (attrVals: Record<string, object>, attrNames: Record<string, string> = { "#a": "a", "#b": "b" }) => {
  const unused = (of: object) => Object.fromEntries(Object.keys(of).map((name) => [name, true as const]));
  const context = { attrNames, attrVals, unusedAttrNames: unused(attrNames), unusedAttrVals: unused(attrVals) };
  return Object.assign(context, { isReserved: () => false, compare: () => false }) satisfies ExpressionContext;
};

describe("a parser that remembers", () => {
  const counted = (parse: Parse) => {
    const texts: string[] = [];
    const parser = remembering((text, options) => {
      texts.push(text);
      return parse(text, options);
    });
    return { texts, parse: parser };
  };

  it("answers as the parser does, each time with the request's own values, and reads an expression once", () => {
    const { texts, parse } = counted(conditions.parse);
    const text = "attribute_exists(#a) AND (#b = :one OR #b < :two)";
    for (const n of ["1", "2", "3"]) {
      const given = () => contextOf({ ":one": { N: n }, ":two": { N: `${n}0` }, ":other": { S: n } });
      const [mine, its] = [given(), given()];
      expect(parse(text, { context: mine })).toEqual(conditions.parse(text, { context: its }));
      expect(mine.unusedAttrVals, "what is not used is told").toEqual(its.unusedAttrVals);
      expect(mine.unusedAttrNames).toEqual(its.unusedAttrNames);
    }
    expect(texts).toEqual([text]);
  });

  it("gives each request a tree of its own, for what it is filled with is written into", () => {
    const { parse } = counted(updates.parse);
    const text = "SET #a = :one ADD #b :two";
    const values = () => ({ ":one": { S: "x" }, ":two": { N: "1" } });
    const first = parse(text, { context: contextOf(values()) });
    const expected = structuredClone(first);
    Object.assign((first as { sections: object[] }).sections[0] ?? {}, { val: "spoilt" });
    expect(parse(text, { context: contextOf(values()) })).toEqual(expected);
  });

  it("reads it again for values of another type, and whatever it found wrong", () => {
    const { texts, parse } = counted(conditions.parse);
    const text = "contains(#a, :one) AND #b = :one";
    parse(text, { context: contextOf({ ":one": { S: "x" } }) });
    parse(text, { context: contextOf({ ":one": { N: "1" } }) });
    expect(texts).toHaveLength(2);
    const wrong = () => parse("#missing = :one", { context: contextOf({ ":one": { S: "x" } }) });
    expect(wrong()).toMatch(/not defined/);
    expect(wrong()).toMatch(/not defined/);
    expect(() => parse("#a ==", { context: contextOf({}) })).toThrow();
  });
});
