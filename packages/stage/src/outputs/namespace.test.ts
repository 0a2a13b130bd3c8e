import { jobNameOf, STAGE } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { namespaceOf, StageTaken } from "./namespace.ts";

const place = {
  app: "sluice",
  stage: "dev",
  account: "111122223333",
  region: "eu-west-1",
  table: "sluice-dev-Queue-a",
};
const JOB_NAME_CHARS = 63;

describe("the namespace of a stage's jobs", () => {
  test("is the stage's name and a hash that is another one for another account, Region or table", () => {
    const others = [{ account: "444455556666" }, { region: "us-east-1" }, { table: "sluice-dev-Queue-b" }];
    const all = [{}, ...others].map((other) => namespaceOf({ ...place, ...other }, undefined));
    for (const namespace of all) expect(namespace).toMatch(/^dev-[0-9a-f]{8}$/);
    expect(new Set(all).size).toBe(all.length);
    expect(namespaceOf(place, undefined)).toBe(all[0]);
  });

  test("leaves the names of jobs within Bedrock's 63 characters, however long the stage's name", () => {
    const namespace = namespaceOf({ ...place, stage: "s".repeat(28) }, undefined);
    expect(namespace).toMatch(STAGE);
    expect(jobNameOf(namespace, "0".repeat(26)).length).toBeLessThanOrEqual(JOB_NAME_CHARS);
  });

  test("is kept from deploy to deploy, so that open jobs are found by their names", () => {
    expect(namespaceOf(place, JSON.stringify({ table: place.table, namespace: "dev-00000000" }))).toBe("dev-00000000");
  });

  test("of a stage that an earlier version deployed is its name, as its open jobs have it", () => {
    expect(namespaceOf(place, JSON.stringify({ table: place.table, stage: "dev" }))).toBe("dev");
  });

  test.each([
    [JSON.stringify({ table: "another" }), "the table another"],
    ["{}", "no stage of Sluice"],
    ["not JSON", "no stage of Sluice"],
  ])("is refused where the parameter holds %s: the stage is another's", (written, words) => {
    expect(() => namespaceOf(place, written)).toThrow(StageTaken);
    expect(() => namespaceOf(place, written)).toThrow(words);
    expect(() => namespaceOf(place, written)).toThrow("/sluice/dev/outputs");
    expect(() => namespaceOf(place, written)).toThrow("--stage");
  });
});
