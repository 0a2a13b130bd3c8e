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
    "quota",
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
    expect(() => parseSettings(withLimit("quota"), "here")).toThrow('{ "quota": "L-…" }');
  });
});
