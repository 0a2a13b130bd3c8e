import { describe, expect, it } from "vitest";
import { fixedLimit, parseSettings, SettingsInvalid } from "./settings.ts";

const model = "amazon.nova-lite-v1:0";
const withLimit = (limit: unknown) => ({ lanes: { nova: { models: [model], limit } }, default: { model } });

describe("a lane's limit", () => {
  it("is a number, or a quota that says it", () => {
    expect(fixedLimit(parseSettings(withLimit(5), "here"), "nova")).toBe(5);
    expect(fixedLimit(parseSettings(withLimit(0), "here"), "nova")).toBe(0);
    const byQuota = parseSettings(withLimit({ quota: "L-1A2B3C4D" }), "here");
    expect(byQuota.lanes["nova"]?.limit).toEqual({ quota: "L-1A2B3C4D" });
    expect(fixedLimit(byQuota, "nova")).toBeUndefined();
    expect(fixedLimit(byQuota, "other")).toBeUndefined();
  });

  it.each([
    -1,
    1.5,
    1_001,
    "quotas",
    {},
    { quota: "" },
    { quota: "1A2B3C4D" },
    { quota: "L-1/../2" },
    { quota: "L-1", also: 1 },
  ])("cannot be %j, which is named", (limit) => {
    const parse = () => parseSettings(withLimit(limit), "here");
    expect(parse).toThrow(SettingsInvalid);
    expect(parse).toThrow(/lanes\.nova\.limit/);
  });

  it("of the wrong kind says what it can be", () => {
    expect(() => parseSettings(withLimit("most"), "here")).toThrow('{ "quota": "L-…" }');
  });

  it('is the quota of the lane\'s models where "quota" says so, by profile and ARN too', () => {
    const models = [model, `us.${model}`, `arn:aws:bedrock:us-east-1::foundation-model/${model}`];
    const parsed = parseSettings({ lanes: { nova: { models, limit: "quota" } }, default: { model } }, "here");
    expect(parsed.lanes["nova"]?.limit).toEqual({ quota: "L-E2ED42E6" });
    expect(parseSettings(JSON.parse(JSON.stringify(parsed)), "here")).toEqual(parsed);
  });

  it.each([
    [["qwen.qwen3-32b-v1:0"], /lanes\.any\.limit: the quota of qwen\.qwen3-32b-v1:0 is not known here; give its code/],
    [[model, "amazon.nova-pro-v1:0"], /lanes\.any\.limit: the models have different quotas \(L-E2ED42E6, L-FE130012\)/],
  ])("cannot be the quota of %j", (models, words) => {
    const parse = () =>
      parseSettings({ lanes: { any: { models, limit: "quota" } }, default: { model: models[0] } }, "here");
    expect(parse).toThrow(words);
  });
});

describe("a lane's models", () => {
  const lanes = (a: string[], b: string[]) =>
    parseSettings(
      { lanes: { a: { models: a, limit: 1 }, b: { models: b, limit: 1 } }, default: { model: a[0] } },
      "here",
    );

  it.each([
    model,
    `us.${model}`,
    `arn:aws:bedrock:us-east-1::foundation-model/${model}`,
    `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${model}`,
  ])("are in no other lane, not as %s either, because they have one quota", (other) => {
    expect(() => lanes([model], [other])).toThrow(/lanes\.b\.models\.0: .* is in lane a already/);
    expect(() => lanes([other], ["amazon.nova-pro-v1:0", model])).toThrow(/lanes\.b\.models\.1/);
  });

  it("may be one model in several forms, but no form twice", () => {
    expect(() => lanes([model, `us.${model}`], ["amazon.nova-pro-v1:0"])).not.toThrow();
    expect(() => lanes([model, model], ["amazon.nova-pro-v1:0"])).toThrow(/lanes\.a\.models\.1/);
  });

  it("are none that Create always refuses; a route's neither", () => {
    expect(() => lanes([model], ["claude-haiku-4-5"])).toThrow(/lanes\.b\.models\.0: claude-haiku-4-5 is no model id/);
    const settings = { lanes: { nova: { models: [model], limit: 1 } }, default: { model: "gpt 4" } };
    expect(() => parseSettings(settings, "here")).toThrow(/default\.model: gpt 4 is no model id/);
  });
});
