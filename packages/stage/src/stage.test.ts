import { type LaneSettings, SettingsInvalid } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { modelResources, resourcesOfModels } from "./model-arns.ts";
import { checkStageName, StageNameInvalid } from "./name.ts";
import { quotaArns } from "./quota-arns.ts";
import { checkStageSettings } from "./settings.ts";

const place = { partition: "aws", region: "eu-west-1", account: "111122223333" };
const model = "amazon.nova-lite-v1:0";
const queue = { lanes: { nova: { models: [model], limit: 3 } }, default: { model } };

describe("a stage's settings", () => {
  test("what is left out has a default", () => {
    expect(checkStageSettings({ queue }, "here")).toMatchObject({
      retention: { logs: "1 month", tableDays: 365 },
      alarms: { scheduledHours: 12 },
      sweepMinutes: 30,
    });
  });

  test.each([
    ["queue.lanes.nova.limit", { queue: { ...queue, lanes: { nova: { models: [model], limit: -1 } } } }],
    ["queue.default.model", { queue: { ...queue, default: { model: "other" } } }],
    ["notifications.email", { queue, notifications: { email: "nobody" } }],
    ["retention.tableDays", { queue, retention: { tableDays: 30 } }],
    ["plan.concurrency", { queue, plan: { concurrency: 1 } }],
    ["bedrockRoleArn", { queue, bedrockRoleArn: "my-role" }],
  ])("a wrong %s is named, with the file", (field, settings) => {
    expect(() => checkStageSettings(settings, "stacks/settings.ts")).toThrow(SettingsInvalid);
    expect(() => checkStageSettings(settings, "stacks/settings.ts")).toThrow(`${field}:`);
    expect(() => checkStageSettings(settings, "stacks/settings.ts")).toThrow("stacks/settings.ts");
  });
});

describe("a stage's name", () => {
  test.each(["dev", "production", "pr-123", "a".repeat(28)])("%s is taken", (name) => {
    expect(() => checkStageName(name)).not.toThrow();
  });

  test.each(["Dev", "a_b", "-a", "a".repeat(29), ""])("%s is refused, with what a name may be", (name) => {
    expect(() => checkStageName(name)).toThrow(StageNameInvalid);
    expect(() => checkStageName(name)).toThrow("--stage");
  });
});

describe("a model in policies", () => {
  test("used directly, it is itself, in the stage's Region, and the service role needs nothing", () => {
    expect(modelResources(model, place)).toEqual({
      create: [`arn:aws:bedrock:eu-west-1::foundation-model/${model}`],
      invoke: [],
    });
    const custom = "arn:aws:bedrock:eu-west-1:111122223333:custom-model/amazon.nova/abc";
    expect(modelResources(custom, place)).toEqual({ create: [custom], invoke: [] });
  });

  test("behind a profile, it is the profile and the model in every Region, for the service role too", () => {
    const both = [
      `arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.${model}`,
      `arn:aws:bedrock:*::foundation-model/${model}`,
    ];
    expect(modelResources(`eu.${model}`, place)).toEqual({ create: both, invoke: both });
    expect(modelResources(both[0] ?? "", place)).toEqual({ create: both, invoke: both });
  });

  test("behind a profile of the user's own, any model may be behind it", () => {
    const profile = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc";
    expect(modelResources(profile, place).invoke).toEqual([profile, "arn:aws:bedrock:*::foundation-model/*"]);
  });

  test("named twice, it is listed once, whatever the order", () => {
    expect(resourcesOfModels([model, `us.${model}`, model], place)).toEqual(
      resourcesOfModels([`us.${model}`, model], place),
    );
  });
});

describe("quotas in policies", () => {
  const lane = (limit: LaneSettings["limit"]): LaneSettings => ({
    models: [model],
    limit,
    maxRecords: 2,
    minRecords: 1,
    maxBytes: 1_000,
  });

  test("are those that lanes take their limits from, each once, whatever the order, and none for numbers", () => {
    const [b, a] = [lane({ quota: "L-B" }), lane({ quota: "L-A" })];
    const arns = ["L-A", "L-B"].map((code) => `arn:aws:servicequotas:eu-west-1:111122223333:bedrock/${code}`);
    expect(quotaArns([b, lane(3), a, b], place)).toEqual(arns);
    expect(quotaArns([a, b], place)).toEqual(arns);
    expect(quotaArns([lane(3)], place)).toEqual([]);
  });
});
