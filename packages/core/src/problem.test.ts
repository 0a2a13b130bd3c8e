import { describe, expect, test } from "vitest";
import { printable } from "./problem.ts";

describe("a text from outside on one line", () => {
  test.each([
    ["line\nfeed\r", "line\\u000afeed\\u000d"],
    ["\u001b[2J", "\\u001b[2J"],
    ["\u0085\u2028\u2029", "\\u0085\\u2028\\u2029"],
    ["evil\u202egpj.exe", "evil\\u202egpj.exe"],
    ["half \ud83d", "half \\ud83d"],
  ])("%j has its unprintable characters as codes", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each(["日本 語/a=1+2%.jsonl", "👩‍🚀 été", "a b"])("%s stays as it is", (text) => {
    expect(printable(text)).toBe(text);
  });
});
