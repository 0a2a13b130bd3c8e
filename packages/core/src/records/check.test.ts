import { describe, expect, test } from "vitest";
import { checkLine } from "./check.ts";
import type { Line } from "./lines.ts";

const encoder = new TextEncoder();

function lineOf(content: string | Uint8Array, given: Partial<Line> = {}): Line {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return { bytes, start: 0, end: bytes.length + 1, number: 1, crlf: false, tooLong: false, ...given };
}

function codeOf(content: string | Uint8Array, given?: Partial<Line>): string {
  const checked = checkLine(lineOf(content, given), undefined);
  return checked.kind === "bad" ? checked.code : checked.kind;
}

describe("one line", () => {
  test.each([
    ['{"recordId":"1","modelInput":{}}', "good"],
    ['  {"modelInput":{}, "recordId":"1"}\t', "good"],
    ['{"modelInput":{}}', "good"],
    ['\ufeff{"modelInput":{}}', "good"],
    ["", "blank"],
    [" \t\r", "blank"],
    ["\u00a0", "blank"],
    ["\ufeff", "blank"],
    ['{"recordId":"1","modelInput":{}', "NotJson"],
    ['{"recordId":"1","modelInput":{}},', "NotJson"],
    ["{'recordId':'1'}", "NotJson"],
    ['{"modelInput":{}}{"modelInput":{}}', "NotJson"],
    [' \ufeff{"modelInput":{}}', "NotJson"],
    ["[1]", "NotAnObject"],
    ["null", "NotAnObject"],
    ['"text"', "NotAnObject"],
    ['{"recordId":1,"modelInput":{}}', "BadRecordId"],
    ['{"recordId":null,"modelInput":{}}', "BadRecordId"],
    ['{"recordId":"","modelInput":{}}', "BadRecordId"],
    ['{"recordId":"1"}', "NoModelInput"],
    ['{"recordId":"1","modelInput":[]}', "NoModelInput"],
    ['{"recordId":"1","modelInput":"{}"}', "NoModelInput"],
    ['{"recordId":"1","modelInput":null}', "NoModelInput"],
  ])("%j is %s", (content, code) => {
    expect(codeOf(content)).toBe(code);
  });

  test("bytes that are no UTF-8 are told as such", () => {
    expect(codeOf(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe("NotUtf8");
    // A surrogate, written as three bytes.
    expect(codeOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toBe("NotUtf8");
  });

  test("a line over the limit is told as such, though its bytes are gone", () => {
    expect(codeOf("", { tooLong: true })).toBe("LineTooLong");
  });

  test("a byte-order mark is taken off, and nothing else", () => {
    const checked = checkLine(lineOf('\ufeff {"recordId":"1","modelInput":{}} '), undefined);
    expect(checked).toMatchObject({ kind: "good", recordId: "1" });
    expect(checked.kind === "good" && new TextDecoder().decode(checked.bytes)).toBe(
      ' {"recordId":"1","modelInput":{}} ',
    );
  });

  test("the family's fields are checked, and the error keeps the recordId", () => {
    expect(checkLine(lineOf('{"recordId":"r7","modelInput":{"prompt":""}}'), "Llama")).toEqual({
      kind: "bad",
      code: "BadModelInput",
      message: "modelInput.prompt: must not be empty",
      recordId: "r7",
    });
  });

  test("no message repeats what stands in the record", () => {
    const secret = "hunter2";
    for (const content of [
      `{"${secret}`,
      `"${secret}"`,
      `{"recordId":["${secret}"],"modelInput":{}}`,
      `{"modelInput":"${secret}"}`,
      `{"modelInput":{"messages":[{"role":"${secret}","content":"${secret}"}],"anthropic_version":"${secret}"}}`,
    ])
      for (const family of ["Claude", "Nova", "Converse", "Titan", "CohereEmbed", "Mistral"] as const) {
        const checked = checkLine(lineOf(content), family);
        expect(checked.kind === "bad" ? checked.message : secret).not.toContain(secret);
      }
  });
});
