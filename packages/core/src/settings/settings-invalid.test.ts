import { describe, expect, test } from "vitest";
import { parseSettings } from "./settings.ts";

const model = "amazon.nova-lite-v1:0";
const LANE = { models: [model], limit: 1 };
const withLane = (given: object) => ({ lanes: { nova: { ...LANE, ...given } }, default: { model } });
const withRoute = (given: object) => ({ lanes: { nova: LANE }, default: { model, ...given } });
const withLanes = (count: number) => ({
  lanes: Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, { models: [`${model}${n}`], limit: 1 }])),
  default: { model: `${model}0` },
});

/** What a user reads of these settings, a row for each thing that is wrong; nothing where they are usable. */
function rows(settings: unknown): string[] {
  try {
    parseSettings(settings, "sluice.json");
    return [];
  } catch (error) {
    const [head, ...faults] = String(error).split("\n");
    expect(head).toBe("SettingsInvalid: The settings in sluice.json are not usable:");
    return faults.map((fault) => fault.trim());
  }
}

describe("settings that are not usable say", () => {
  test.each<[what: string, settings: unknown, rows: string[]]>([
    ["that they are none", 3, ["(top): Invalid input: expected object, received number"]],
    [
      "every field that is wrong, each in its row",
      { lanes: { nova: { ...LANE, limit: -1, minRecords: 0 } }, default: { model: "gpt 4" } },
      [
        expect.stringContaining("lanes.nova.limit: "),
        expect.stringContaining("lanes.nova.minRecords: "),
        expect.stringContaining("default.model: gpt 4 is no model id"),
      ],
    ],
    [
      "that no lane is among them",
      { lanes: {}, default: { model } },
      expect.arrayContaining(["lanes: name at least one lane"]),
    ],
    ["that there are no lanes", { default: { model } }, ["lanes: Invalid input: expected record, received undefined"]],
    ["that there are too many lanes", withLanes(201), ["lanes: at most 200 lanes"]],
    [
      "what is no code of a quota, and where to look it up",
      withLane({ limit: { quota: "XL-1A2B" } }),
      ["lanes.nova.limit.quota: the code of a quota, which begins with L-; the Service Quotas console shows it"],
    ],
    [
      "each model whose quota is not known",
      withLane({ models: [model, "qwen.one", "qwen.two"], limit: "quota" }),
      [expect.stringContaining("lanes.nova.limit: the quota of qwen.one, qwen.two is not known here; give its code")],
    ],
    [
      "that no job could have enough records",
      withLane({ minRecords: 11, maxRecords: 10 }),
      ["lanes.nova.minRecords: is more than maxRecords"],
    ],
    [
      "which routes have a model of no lane",
      { lanes: { nova: LANE }, routes: { team: { model: "a.b" } }, default: { model: "a.c" } },
      [
        "routes.team.model: a.b is in no lane; add it to the models of one",
        "default.model: a.c is in no lane; add it to the models of one",
      ],
    ],
    [
      "what a drop may choose",
      withRoute({ allow: { models: "some" } }),
      ['default.allow.models: is neither "any" nor a list of models'],
    ],
  ])("%s", (_, settings, expected) => {
    expect(rows(settings)).toEqual(expected);
  });

  test.each(["-nova", "nova_lite", "nova lite", "", "n".repeat(64)])("what a lane is called, and not %j", (lane) => {
    expect(rows({ lanes: { [lane]: LANE }, default: { model } })).toEqual([
      `lanes.${lane}: is no name of a lane; those are up to 63 letters, digits and -, the first of them no -`,
    ]);
  });

  test.each(["_team", ".team", "a/b", ""])(
    "what a route is called, and not %j, where no drop comes through",
    (folder) => {
      expect(rows({ lanes: { nova: LANE }, routes: { [folder]: { model } }, default: { model } })).toEqual([
        `routes.${folder}: is no name of a route; those are the name of one folder under to-process/, without / and with no . or _ before it`,
      ]);
    },
  );
});

describe("settings are usable", () => {
  test.each(["n", "9", "Nova-Lite-2", "n".repeat(63)])("with a lane called %s", (lane) => {
    expect(rows({ lanes: { [lane]: LANE }, default: { model } })).toEqual([]);
  });

  test("with 200 lanes, and as many records at least as at most", () => {
    expect(rows(withLanes(200))).toEqual([]);
    expect(rows(withLane({ minRecords: 10, maxRecords: 10 }))).toEqual([]);
  });

  test.each(["InvokeModel", "Converse"])("with the invocation %s", (invocation) => {
    expect(rows(withRoute({ invocation }))).toEqual([]);
  });

  test.each<[field: string, least: number, most: number, settings: (value: number) => unknown]>([
    ["limit", 0, 1_000, (limit) => withLane({ limit })],
    ["maxRecords", 1, 1_000_000, (maxRecords) => withLane({ maxRecords, minRecords: 1 })],
    ["minRecords", 1, 1_000_000, (minRecords) => withLane({ minRecords, maxRecords: 1_000_000 })],
    ["maxBytes", 1_000, 5_000_000_000, (maxBytes) => withLane({ maxBytes })],
    ["maxJobBytes", 1_000, 100_000_000_000, (maxJobBytes) => withLane({ maxJobBytes })],
    ["priority", 0, 9, (priority) => withRoute({ priority })],
    ["timeoutHours", 24, 168, (timeoutHours) => withRoute({ timeoutHours })],
    ["maxJobs", 1, 2_000, (maxJobs) => withRoute({ maxJobs })],
    ["allow.priority", 0, 9, (priority) => withRoute({ allow: { priority } })],
  ])("with a %s from %i to %i, and no other", (field, least, most, settings) => {
    for (const value of [least, most]) expect(rows(settings(value)), String(value)).toEqual([]);
    for (const value of [least - 1, most + 1, least + 0.5])
      expect(rows(settings(value)), String(value)).toEqual([expect.stringContaining(`.${field}: `)]);
  });
});
