import { describe, expect, test } from "vitest";
import { type Family, familyOf } from "./family.ts";
import { fillerOf } from "./filler.ts";
import { doubtOfInput, faultOfInput } from "./input-checks.ts";

const models: Record<Exclude<Family, "Converse" | "Mistral">, string> = {
  Claude: "us.anthropic.claude-haiku-4-5-20251001-v1:0",
  Nova: "amazon.nova-lite-v1:0",
  Titan: "amazon.titan-embed-text-v2:0",
  TitanG1: "amazon.titan-embed-text-v1",
  Llama: "meta.llama3-3-70b-instruct-v1:0",
  CohereEmbed: "cohere.embed-v4:0",
  CohereEmbed3: "cohere.embed-english-v3",
};

describe("the filler of a family", () => {
  test.each(Object.entries(models))("%s passes the checks that a user's own record passes", (family, model) => {
    expect(familyOf(model, "InvokeModel")).toBe(family);
    for (const invocation of ["InvokeModel", "Converse"] as const) {
      const of = familyOf(model, invocation)!;
      const filler = fillerOf(of);
      expect(filler).toBeDefined();
      expect(faultOfInput(of, filler!)).toBeUndefined();
      expect(doubtOfInput(of, filler!)).toBeUndefined();
    }
  });

  test.each(["mistral.mistral-large-2402-v1:0", "arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl"])(
    "there is none for %s, of which nobody knows what it takes",
    (model) => {
      expect(fillerOf(familyOf(model, "InvokeModel"))).toBeUndefined();
      expect(fillerOf(familyOf(model, "Converse"))).toBeDefined();
    },
  );
});
