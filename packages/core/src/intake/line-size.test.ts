import { describe, expect, test } from "vitest";
import { checkFile } from "./check-file.ts";

const lane = { maxRecords: 10, minRecords: 1, maxBytes: 1_000_000_000 };

/** What becomes of a record whose line has so many bytes. */
async function codeOf(modelId: string, lineBytes: number, invocation: "InvokeModel" | "Converse" = "InvokeModel") {
  const [before, after] = [
    '{"recordId":"a","modelInput":{"inputText":"a","prompt":"a","texts":["a"],"messages":[{"role":"user","content":[{"text":"',
    '"}]}],"anthropic_version":"bedrock-2023-05-31","max_tokens":1}}',
  ];
  async function* chunks() {
    yield new TextEncoder().encode(before + "x".repeat(lineBytes - before.length - after.length) + after);
  }
  const { entries } = await checkFile(chunks(), { lane, modelId, invocation });
  return entries[0]?.error.code;
}

describe("a line may be as long as its model takes", () => {
  test.each([
    ["amazon.nova-pro-v1:0", 26_000_000, 26_500_000],
    ["anthropic.claude-3-haiku-20240307-v1:0", 20_900_000, 21_100_000],
    ["somebody.elses-v1:0", 40_000_000, 40_000_001],
  ])("%s: %i bytes, not %i", async (modelId, most, tooMany) => {
    expect(await codeOf(modelId, most)).not.toBe("LineTooLong");
    expect(await codeOf(modelId, tooMany)).toBe("LineTooLong");
  });
});
