import { describe, expect, test } from "vitest";
import { familyOf } from "./family.ts";

describe("the family of a model", () => {
  test.each([
    ["anthropic.claude-3-haiku-20240307-v1:0", "Claude"],
    ["anthropic.claude-sonnet-4-20250514-v1:0", "Claude"],
    ["us.anthropic.claude-3-5-sonnet-20241022-v2:0", "Claude"],
    ["eu.anthropic.claude-opus-4-1-20250805-v1:0", "Claude"],
    ["apac.anthropic.claude-3-haiku-20240307-v1:0", "Claude"],
    ["global.anthropic.claude-haiku-4-5-20251001-v1:0", "Claude"],
    ["us-gov.anthropic.claude-3-haiku-20240307-v1:0", "Claude"],
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-sonnet-20240229-v1:0", "Claude"],
    ["arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0", "Nova"],
    ["amazon.nova-micro-v1:0", "Nova"],
    ["amazon.nova-2-lite-v1:0", "Nova"],
    ["amazon.titan-embed-text-v2:0", "Titan"],
    ["amazon.titan-embed-g1-text-02", "TitanG1"],
    ["amazon.titan-embed-text-v1", "TitanG1"],
    ["us.meta.llama3-3-70b-instruct-v1:0", "Llama"],
    ["mistral.mistral-large-2407-v1:0", "Mistral"],
    ["us.mistral.pixtral-large-2502-v1:0", "Mistral"],
    ["cohere.embed-multilingual-v3", "CohereEmbed3"],
    ["us.cohere.embed-v4:0", "CohereEmbed"],
    ["anthropic.claude-v2:1", undefined],
    ["anthropic.claude-instant-v1", undefined],
    ["amazon.nova-canvas-v1:0", undefined],
    ["amazon.titan-embed-image-v1", undefined],
    ["cohere.command-r-v1:0", undefined],
    ["arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl", undefined],
    ["arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl", undefined],
    ["arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl", undefined],
  ])("%s is %s", (modelId, family) => {
    expect(familyOf(modelId, "InvokeModel")).toBe(family);
  });

  test("is Converse for every model that is invoked that way", () => {
    expect(familyOf("anthropic.claude-3-haiku-20240307-v1:0", "Converse")).toBe("Converse");
    expect(familyOf("somebody.elses-v1:0", "Converse")).toBe("Converse");
  });
});
