import { describe, expect, test } from "vitest";
import { routeOf } from "./route.ts";
import { parseSettings, routeNamed, SettingsInvalid } from "./settings.ts";

const HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";
const LITE = "amazon.nova-lite-v1:0";
const PRO = "amazon.nova-pro-v1:0";

const settings = (given: { allow?: object; byDefault?: object } = {}) =>
  parseSettings(
    {
      lanes: {
        haiku: { models: [HAIKU], limit: 1 },
        lite: { models: [LITE], limit: 1 },
        pro: { models: [PRO], limit: 1 },
      },
      routes: { team: { model: LITE, priority: 2, ...(given.allow && { allow: given.allow }) } },
      default: { model: HAIKU, ...(given.byDefault && { allow: given.byDefault }) },
    },
    "here",
  );

/** What a drop into a folder comes to, with this metadata. */
function routed(path: string, metadata: Record<string, string>, given: Parameters<typeof settings>[0] = {}) {
  const { routed, problem } = routeOf(settings(given), `to-process/${path}`, metadata);
  return problem?.code ?? `${routed.model} ${routed.priority}`;
}

describe("what a drop chooses by its own metadata", () => {
  test("is any model on the default route, and none but its own on a route", () => {
    expect(routed("a.jsonl", { "sluice-model": PRO })).toBe(`${PRO} 0`);
    expect(routed("folder/a.jsonl", { "sluice-model": PRO })).toBe(`${PRO} 0`);
    expect(routed("team/a.jsonl", { "sluice-model": PRO })).toBe("NotAllowed");
    expect(routed("team/a.jsonl", { "sluice-model": "no.such" })).toBe("NotAllowed");
    expect(routed("team/a.jsonl", { "sluice-model": LITE })).toBe(`${LITE} 2`);
  });

  test("is what allow.models says", () => {
    const allow = { models: [PRO] };
    expect(routed("team/a.jsonl", { "sluice-model": PRO }, { allow })).toBe(`${PRO} 2`);
    expect(routed("team/a.jsonl", { "sluice-model": HAIKU }, { allow })).toBe("NotAllowed");
    expect(routed("team/a.jsonl", { "sluice-model": HAIKU }, { allow: { models: "any" } })).toBe(`${HAIKU} 2`);
    expect(routed("a.jsonl", { "sluice-model": PRO }, { byDefault: { models: [] } })).toBe("NotAllowed");
    expect(routed("a.jsonl", { "sluice-model": "no.such" })).toBe("UnknownModel");
  });

  test("is a priority up to allow.priority, and the route's own at least", () => {
    expect(routed("team/a.jsonl", { "sluice-priority": "9" })).toBe(`${LITE} 9`);
    expect(routed("team/a.jsonl", { "sluice-priority": "4" }, { allow: { priority: 4 } })).toBe(`${LITE} 4`);
    expect(routed("team/a.jsonl", { "sluice-priority": "5" }, { allow: { priority: 4 } })).toBe("NotAllowed");
    expect(routed("team/a.jsonl", { "sluice-priority": "2" }, { allow: { priority: 0 } })).toBe(`${LITE} 2`);
    expect(routed("team/a.jsonl", { "sluice-priority": "3" }, { allow: { priority: 0 } })).toBe("NotAllowed");
    expect(routed("team/a.jsonl", { "sluice-priority": "10" })).toBe("BadPriority");
  });

  test("is repeated in words on one line, and not at length", () => {
    const hostile = `x\n{"level":"error"}\u001b[2J\u202e${"y".repeat(3_000)}`;
    for (const metadata of [{ "sluice-model": hostile }, { "sluice-priority": hostile }])
      for (const path of ["a.jsonl", "team/a.jsonl"]) {
        const message = routeOf(settings(), `to-process/${path}`, metadata).problem?.message ?? "";
        expect(message).toMatch(/^[^\p{Cc}\p{Bidi_Control}]+$/u);
        expect(message.length).toBeLessThan(700);
      }
  });
});

describe("a route", () => {
  test("has its own settings, and the default's once it is gone", () => {
    expect(routeNamed(settings(), "team").model).toBe(LITE);
    for (const folder of [undefined, "gone", "toString"]) expect(routeNamed(settings(), folder).model).toBe(HAIKU);
    expect(routeNamed(settings(), "team").maxJobs).toBe(200);
  });

  test.each(["_team", ".team", "a/b", ""])("cannot be named %j, where no drop would come through", (folder) => {
    const given = { lanes: { l: { models: [HAIKU], limit: 1 } }, routes: { [folder]: { model: HAIKU } } };
    expect(() => parseSettings({ ...given, default: { model: HAIKU } }, "here")).toThrow(SettingsInvalid);
  });
});
