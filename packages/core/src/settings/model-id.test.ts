import { describe, expect, it } from "vitest";
import { baseModel, faultOfModelId, profileOf } from "./model-id.ts";

const ACCOUNT = "arn:aws:bedrock:us-east-1:123456789012";
const custom = `${ACCOUNT}:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl`;
const application = `${ACCOUNT}:application-inference-profile/abcdefghijkl`;

describe("a model's id", () => {
  it.each([
    "amazon.nova-lite-v1:0",
    "anthropic.claude-sonnet-4-6",
    "minimax.minimax-m2.1",
    "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    "maker.with-300k-v1:0",
    "maker.model:300k-v1:0",
    "us-gov.anthropic.claude-3-haiku-20240307-v1:0",
    "abcdefghijkl",
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
    "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0",
    `${ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0`,
    custom,
    application,
  ])("%s may be one that jobs are created on", (id) => {
    expect(faultOfModelId(id)).toBeUndefined();
  });

  it.each([
    ["claude-haiku-4-5", "amazon.nova-lite-v1:0"],
    ["Claude Haiku 4.5", "small letters"],
    ["bedrock/amazon.nova-lite-v1:0", "no model id"],
    ["amazon.Nova-Lite-v1:0", "small letters"],
    [" amazon.nova-lite-v1:0", "no model id"],
    ["amazon.nova-lite-v1:0 ", "no model id"],
    ["abcdefghijklm", "no model id"],
    ["A-abcdefghijkl", "no model id"],
    ["amazon.nova-lite-v1:0:300k", /the one without the last part, amazon\.nova-lite-v1:0$/],
    ["amazon.titan-embed-image-v1:mm", "Provisioned Throughput"],
    [`${ACCOUNT}:provisioned-model/abcdefghijkl`, "inference profiles"],
    [`${ACCOUNT}:imported-model/abcdefghijkl`, "inference profiles"],
    ["arn:aws:bedrock:us-east-1:123456789012:foundation-model/amazon.nova-lite-v1:0", "no ARN"],
    ["arn:aws:s3:::bucket", "no ARN"],
    ["arn:arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "no ARN"],
    ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0 ", "no ARN"],
  ])("%j is one that Create always refuses, with what to write", (id, words) => {
    expect(faultOfModelId(id)).toMatch(words);
  });

  it.each([
    ["amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"],
    ["us.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"],
    ["us-gov.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"],
    ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"],
    [`${ACCOUNT}:inference-profile/apac.amazon.nova-lite-v1:0`, "amazon.nova-lite-v1:0"],
    [custom, custom],
    [application, application],
  ])("%s draws on the quota of %s", (id, base) => {
    expect(baseModel(id)).toBe(base);
  });

  it("tells the geography of a cross-Region profile, and of nothing else", () => {
    expect(profileOf(`${ACCOUNT}:inference-profile/eu.cohere.embed-v4:0`)).toEqual({
      geography: "eu",
      model: "cohere.embed-v4:0",
    });
    for (const id of ["cohere.embed-v4:0", "meta.llama3-1-8b-instruct-v1:0", "maker.opus.5", custom, application])
      expect(profileOf(id), id).toBeUndefined();
  });
});
