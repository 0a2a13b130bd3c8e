import { describe, expect, test } from "vitest";
import { routeOf } from "./route.ts";
import { parseSettings, routeNamed } from "./settings.ts";

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

/** What is wrong with a drop, in words. */
const refusal = (path: string, metadata: Record<string, string>, given: Parameters<typeof settings>[0] = {}) =>
  routeOf(settings(given), `to-process/${path}`, metadata).problem?.message;

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

  test("is refused with what to do instead", () => {
    expect(refusal("team/a.jsonl", { "sluice-model": PRO })).toBe(
      `The route team does not let a drop choose the model ${PRO}. Drop the file where that model is the route's, or have it added to the route's allow.models.`,
    );
    expect(refusal("a.jsonl", { "sluice-model": "no.such" })).toBe(
      `No lane has the model no.such. Add it to a lane of the settings, or use one of: ${HAIKU}, ${LITE}, ${PRO}.`,
    );
    expect(refusal("a.jsonl", { "sluice-priority": "5" }, { byDefault: { priority: 4 } })).toBe(
      "The default route lets a drop choose a priority of at most 4, not 5. Drop the file again with less, or have the route's allow.priority raised.",
    );
    expect(refusal("a.jsonl", { "sluice-priority": "high" })).toBe(
      'The priority "high" is not a digit from 0 to 9. Drop the file again with one.',
    );
  });

  test("is repeated whole, up to a length", () => {
    const [whole, cut] = ["x".repeat(200), `${"x".repeat(200)}y`];
    expect(refusal("a.jsonl", { "sluice-model": whole })).toContain(`the model ${whole}. Add`);
    expect(refusal("a.jsonl", { "sluice-model": cut })).toContain(`the model ${whole}…. Add`);
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
  test("is that of a drop's first folder, whatever a file outside of one is called", () => {
    const routeBy = (path: string) => routeOf(settings(), `to-process/${path}`, {}).routed.route;
    expect(routeBy("team/a.jsonl")).toBe("team");
    expect(routeBy("team/other/a.jsonl")).toBe("team");
    for (const path of ["team", "teams", "other/team/a.jsonl", "/team/a.jsonl", "toString/a.jsonl"])
      expect(routeBy(path), path).toBeUndefined();
  });

  test("names its model's lane, also where a drop chose the model", () => {
    const laneBy = (metadata: Record<string, string>) => routeOf(settings(), "to-process/a", metadata).routed.lane;
    expect(laneBy({})).toBe("haiku");
    expect(laneBy({ "sluice-model": PRO })).toBe("pro");
    expect(laneBy({ "sluice-model": `arn:aws:bedrock:us-east-1::foundation-model/${PRO}` })).toBe("pro");
    expect(laneBy({ "sluice-model": "no.such" })).toBe("haiku");
  });

  test("whose model is in no lane is an error, as only settings that nobody checked have it", () => {
    const unchecked = { ...settings(), lanes: {} };
    expect(() => routeOf(unchecked, "to-process/a", {})).toThrow(`no lane for the model ${HAIKU}: check them`);
  });

  test("has its own settings, and the default's once it is gone", () => {
    expect(routeNamed(settings(), "team").model).toBe(LITE);
    for (const folder of [undefined, "gone", "toString"]) expect(routeNamed(settings(), folder).model).toBe(HAIKU);
    expect(routeNamed(settings(), "team").maxJobs).toBe(200);
  });

  test("may have any folder's name, and no other drop comes through", () => {
    const route = { ...settings().default, model: LITE };
    const named = { ...settings(), routes: { undefined: route } };
    expect(routeNamed(named, "undefined").model).toBe(LITE);
    expect(routeNamed(named, undefined).model).toBe(HAIKU);
  });
});
