import type { CreateRequest } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { answerOf } from "./answers.ts";

const MODEL = "anthropic.claude-3-haiku-20240307-v1:0";
const ROLE = "arn:aws:iam::123456789012:role/batch";
const request: CreateRequest = {
  jobName: "sluice-prod-01jd",
  clientRequestToken: "token",
  modelId: MODEL,
  invocation: "InvokeModel",
  inputKey: "staging/a.jsonl",
  outputPrefix: "output/a/",
};

const answerTo = (name: string, status: number, message: string) =>
  answerOf(Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }), request, ROLE);

const VALIDATION = "ValidationException";
const NOT_FOUND = "ResourceNotFoundException";
const DENIED = "AccessDeniedException";

describe("what is the account's, the model's or the settings' blocks the model with what to do, and ends no job", () => {
  it.each([
    [VALIDATION, 400, `Batch inference is not supported for model ${MODEL} in this Region.`, [MODEL, /Region/]],
    [
      NOT_FOUND,
      404,
      "The use case details of this account for the model have not been submitted. Fill in the form and try again in 15 minutes.",
      [/use case form/],
    ],
    [
      NOT_FOUND,
      404,
      "Access denied: the provider has marked this model as Legacy and this account has not used it in the last 30 days.",
      [/Legacy/, /another model/],
    ],
    [NOT_FOUND, 404, "This model version has reached the end of its life.", [/another model/]],
    [NOT_FOUND, 404, "Something that nobody has seen before.", [MODEL, ROLE]],
    [DENIED, 403, "You don't have access to the model with the specified model ID.", [/access to the model/]],
    [
      DENIED,
      403,
      "Model access is denied because the caller is not authorized to perform aws-marketplace:Subscribe, aws-marketplace:ViewSubscriptions.",
      [/AWS Marketplace/, /aws-marketplace:Subscribe/],
    ],
    [VALIDATION, 400, "Operation not allowed", [/account/, /Service Quotas/, /AWS Support/]],
    [VALIDATION, 400, "The provided model identifier is invalid.", [/settings/, MODEL]],
    [
      VALIDATION,
      400,
      "Invocation of this model ID with on-demand throughput is not supported. Use the ID or ARN of an inference profile that contains this model.",
      [/inference profile that contains anthropic/, /settings/],
    ],
    [VALIDATION, 400, `The role ${ROLE} cannot be assumed. Check its trust policy.`, [/trust policy must name/, ROLE]],
    ["ExpiredTokenException", 403, "The security token included in the request is expired", [/valid credentials/]],
    [
      "UnrecognizedClientException",
      400,
      "The security token included in the request is invalid.",
      [/valid credentials/],
    ],
    ["InvalidSignatureException", 400, "Signature expired", [/valid credentials/, /clock/]],
  ])("%s %i: %s", (name, status, said, advice) => {
    const answer = answerTo(name, status, said);
    expect(answer).toMatchObject({ kind: "denied", message: expect.stringContaining(said) });
    for (const words of advice) expect((answer as { message: string }).message).toMatch(words);
    expect((answer as { message: string }).message).toMatch(/tried again by itself\.$/);
  });
});

it("ends the job for what is the job's own, and names the field", () => {
  const said =
    "1 validation error detected: Value '12' at 'timeoutDurationInHours' failed to satisfy constraint: Member must have value greater than or equal to 24";
  const answer = answerTo(VALIDATION, 400, said);
  expect(answer).toMatchObject({ kind: "invalid", message: expect.stringContaining("timeoutDurationInHours") });
});

it.each([
  [
    "ServiceQuotaExceededException",
    402,
    "The sum of in-progress and submitted batch inference jobs is over the quota of 20.",
    "quotaExceeded",
    /quota/,
  ],
  ["ThrottlingException", 429, "Too many requests, please wait before trying again.", "throttled", /waits/],
] as const)("waits after %s", (name, status, said, kind, words) => {
  expect(answerTo(name, status, said)).toMatchObject({ kind, message: expect.stringMatching(words) });
});
