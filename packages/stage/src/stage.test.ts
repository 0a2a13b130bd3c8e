import { quotaCodeOf, SettingsInvalid, settingsSchema } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { APP, checkStageName, StageNameInvalid } from "./name.ts";
import { BATCH_REGIONS, batchModel, faultInRegion } from "./settings/batch-models.ts";
import { checkStageSettings } from "./settings/settings.ts";

const REGION = "us-east-1";
const model = "amazon.nova-lite-v1:0";
const queue = { lanes: { nova: { models: [model], limit: 3 } }, default: { model } };

describe("a stage's settings", () => {
  test("what is left out has a default", () => {
    expect(checkStageSettings({ queue }, "here", REGION)).toMatchObject({
      retention: { logs: 30, tableDays: 365 },
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
    expect(() => checkStageSettings(settings, "stacks/settings.ts", REGION)).toThrow(SettingsInvalid);
    expect(() => checkStageSettings(settings, "stacks/settings.ts", REGION)).toThrow(`${field}:`);
    expect(() => checkStageSettings(settings, "stacks/settings.ts", REGION)).toThrow("stacks/settings.ts");
  });
});

describe("a stage's name", () => {
  test.each(["dev", "production", "pr-123", "a".repeat(28)])("%s is taken", (name) => {
    expect(() => checkStageName(APP, name)).not.toThrow();
  });

  test.each(["Dev", "a_b", "-a", "a".repeat(29), ""])("%s is refused, with what a name may be", (name) => {
    expect(() => checkStageName(APP, name)).toThrow(StageNameInvalid);
    expect(() => checkStageName(APP, name)).toThrow("--stage");
  });

  test.each(["Sluice", "a-name-of-13-c", "1a", "awsome", "ssm-app", ""])("of the app %j is refused too", (app) => {
    expect(() => checkStageName(app, "dev")).toThrow(StageNameInvalid);
    expect(() => checkStageName(app, "dev")).toThrow("APP");
  });
});

describe("a model in a Region", () => {
  test.each([
    ["nova-lite", "us-east-1", "amazon.nova-lite-v1:0"],
    ["nova-lite", "us-west-2", "us.amazon.nova-lite-v1:0"],
    ["nova-lite", "eu-west-1", "eu.amazon.nova-lite-v1:0"],
    ["nova-lite", "ap-south-1", "apac.amazon.nova-lite-v1:0"],
    ["nova-lite", "sa-east-1", undefined],
    ["claude-haiku-4-5", "us-east-1", "us.anthropic.claude-haiku-4-5-20251001-v1:0"],
    ["claude-haiku-4-5", "ap-northeast-1", "jp.anthropic.claude-haiku-4-5-20251001-v1:0"],
    ["claude-haiku-4-5", "sa-east-1", "global.anthropic.claude-haiku-4-5-20251001-v1:0"],
    ["claude-haiku-4-5", "us-gov-west-1", undefined],
    ["titan-embed-text", "eu-west-2", "amazon.titan-embed-text-v2:0"],
  ] as const)("%s in %s runs by the id %s", (name, region, id) => {
    expect(batchModel(name, region)).toBe(id);
  });

  test("of the table has an id that settings take there, and a quota whose code is known", () => {
    for (const region of BATCH_REGIONS)
      for (const name of ["claude-haiku-4-5", "nova-lite", "nova-micro", "nova-pro", "titan-embed-text"] as const) {
        const id = batchModel(name, region);
        if (id === undefined) continue;
        expect(faultInRegion(id, region), `${id} in ${region}`).toBeUndefined();
        expect(quotaCodeOf(id), id).toMatch(/^L-[0-9A-F]{8}$/);
        const lanes = { any: { models: [id], limit: "quota" as const } };
        expect(settingsSchema.safeParse({ lanes, default: { model: id } }).success, id).toBe(true);
      }
  });

  test.each([
    ["us.amazon.nova-lite-v1:0", "eu-west-1", "write eu.amazon.nova-lite-v1:0"],
    ["eu.amazon.nova-lite-v1:0", "us-east-1", "write amazon.nova-lite-v1:0"],
    ["apac.some.model-v1:0", "us-west-2", "look its id up"],
    ["global.amazon.nova-2-lite-v1:0", "us-gov-west-1", "other Regions than us-gov-west-1"],
    ["anthropic.claude-haiku-4-5-20251001-v1:0", "eu-west-3", "write eu.anthropic.claude-haiku-4-5-20251001-v1:0"],
    ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "eu-west-1", "a model of us-east-1"],
  ])("%s cannot run in %s, and the deploy says what to write", (model, region, words) => {
    expect(faultInRegion(model, region)).toContain(words);
    const settings = { queue: { lanes: { any: { models: [model], limit: 1 } }, default: { model } } };
    expect(() => checkStageSettings(settings, "stacks/settings.ts", region)).toThrow(/queue\.lanes\.any\.models\.0: /);
  });

  test.each([
    ["global.amazon.nova-2-lite-v1:0", "eu-west-1"],
    ["ca.some.model-v1:0", "us-east-1"],
    ["eu.some.model-v1:0", "il-central-1"],
    ["arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijkl", "eu-west-1"],
    ["some.model-v1:0", "eu-west-1"],
  ])("%s in %s is left for Bedrock to decide", (model, region) => {
    expect(faultInRegion(model, region)).toBeUndefined();
  });
});
