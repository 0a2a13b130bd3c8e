import { describe, expect, test } from "vitest";
import {
  environmentName,
  parseStageOutputs,
  StageOutputsInvalid,
  stageOutputsOf,
  stageParameterName,
} from "./outputs.ts";

const outputs = {
  app: "sluice",
  stage: "dev",
  namespace: "dev-0a1b2c3d",
  region: "eu-west-1",
  bucket: "drops",
  table: "queue",
  settingsKey: "settings/0.json",
  bedrockRoleArn: "arn:aws:iam::111122223333:role/bedrock",
  planQueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/plan",
  collectQueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/collect",
  wakeQueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/wake",
  keepDays: 365,
};

function environmentOf(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [environmentName(field), String(value)]));
}

describe("a stage's outputs", () => {
  test("are the same in the environment and in the parameter", () => {
    expect(stageOutputsOf(environmentOf(outputs))).toEqual(outputs);
    expect(parseStageOutputs(JSON.parse(JSON.stringify({ ...outputs, keepDays: "365" })), "the parameter")).toEqual(
      outputs,
    );
  });

  test("have a variable each, whose name is the field's", () => {
    expect(environmentName("planQueueUrl")).toBe("SLUICE_PLAN_QUEUE_URL");
    expect(environmentName("stage")).toBe("SLUICE_STAGE");
  });

  test("that lack something are refused, with what is missing and what to do", () => {
    const { table: _, ...rest } = outputs;
    expect(() => stageOutputsOf(environmentOf(rest))).toThrow(StageOutputsInvalid);
    expect(() => stageOutputsOf(environmentOf(rest))).toThrow(/table: .*Deploy the stage again/);
    expect(() => parseStageOutputs("nothing", "The parameter /sluice/dev/outputs")).toThrow("/sluice/dev/outputs");
  });

  test("that keep ended work for less than 90 days are refused: it could be run again", () => {
    expect(() => stageOutputsOf(environmentOf({ ...outputs, keepDays: 30 }))).toThrow("keepDays");
  });

  test("of an earlier version name neither app nor namespace, and can be read", () => {
    const { app: _, namespace: __, ...earlier } = outputs;
    expect(parseStageOutputs(earlier, "the parameter")).toEqual({ ...earlier, app: "sluice" });
  });

  test("are found under the app's and the stage's own name", () => {
    expect(stageParameterName("sluice", "dev")).toBe("/sluice/dev/outputs");
    expect(stageParameterName("team-b", "dev")).toBe("/team-b/dev/outputs");
  });
});
