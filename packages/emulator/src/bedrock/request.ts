import { type TextRule, Violations } from "./constraints.ts";
import { BedrockError } from "./errors.ts";
import type { JobRequest } from "./job.ts";

/*
 * Every limit and pattern here is the service model's (bedrock, 2023-04-20). Where its own pattern can take exponential
 * time on a hostile value, an equal one that cannot is tested, and the model's is shown.
 */
export const JOB_NAME: TextRule = {
  min: 1,
  max: 63,
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9+\-.]*$/,
  shown: "[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9\\+\\-\\.]){0,63}",
};
const TOKEN: TextRule = {
  min: 1,
  max: 256,
  pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/,
  shown: "[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}",
};
const ROLE_ARN: TextRule = { max: 2048, pattern: /^arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+$/ };
const MODEL_ID: TextRule = {
  min: 1,
  max: 2048,
  pattern:
    /^(?:(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model\/[a-z0-9-]{1,63}[.]{1}[a-z0-9-:]{1,63}\/[a-z0-9]{12}$)|(:foundation-model\/([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+)$)|([0-9]{12}:(inference-profile|application-inference-profile)\/[a-zA-Z0-9-:.]+$)))|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})|(([0-9a-zA-Z][_-]?)+))$/,
};
const S3_URI: TextRule = {
  min: 1,
  max: 1024,
  pattern: /^s3:\/\/[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:\/[-!_*'().a-z0-9A-Z]+(?:\/[-!_*'().a-z0-9A-Z]+)*)?\/?$/,
};
const ACCOUNT_ID: TextRule = { pattern: /^[0-9]{12}$/ };
const KEY_ID: TextRule = {
  min: 1,
  max: 2048,
  pattern:
    /^(?:(arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key\/[a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+)))|([a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+))$/,
};
const VPC_MEMBER: TextRule = { max: 32, pattern: /^[-0-9a-zA-Z]+$/ };
const TAG_PATTERN = /^[a-zA-Z0-9\s._:/=+@-]*$/;
const TAG_KEY: TextRule = { min: 1, max: 128, pattern: TAG_PATTERN };
const TAG_VALUE: TextRule = { max: 256, pattern: TAG_PATTERN };
const MAX_TAGS = 200;
const MAX_SUBNETS = 16;
const MAX_SECURITY_GROUPS = 5;
const LEAST_TIMEOUT_HOURS = 24;
const MOST_TIMEOUT_HOURS = 168;
/** What a job gets when it names no timeout (the console's default; the model gives none). */
const DEFAULT_TIMEOUT_HOURS = 24;

/** A checked request, and the token that makes a repeat of it harmless. */
export interface CheckedRequest {
  readonly request: JobRequest;
  readonly clientRequestToken?: string;
}

/** Both places are unions: exactly one member, which is S3. */
function s3Place(violations: Violations, value: unknown, at: string, member: string) {
  const union = violations.structure(violations.required(value, at), at);
  if (value !== undefined && value !== null && union[member] === undefined) {
    throw new BedrockError("ValidationException", `The request could not be read: ${at} must set ${member}.`);
  }
  return { place: violations.structure(union[member], `${at}.${member}`), at: `${at}.${member}` };
}

function places(violations: Violations, body: Readonly<Record<string, unknown>>) {
  const input = s3Place(violations, body["inputDataConfig"], "inputDataConfig", "s3InputDataConfig");
  const output = s3Place(violations, body["outputDataConfig"], "outputDataConfig", "s3OutputDataConfig");
  violations.text(input.place["s3InputFormat"], `${input.at}.s3InputFormat`, { values: ["JSONL"] });
  const inputOwner = violations.text(input.place["s3BucketOwner"], `${input.at}.s3BucketOwner`, ACCOUNT_ID);
  const outputOwner = violations.text(output.place["s3BucketOwner"], `${output.at}.s3BucketOwner`, ACCOUNT_ID);
  const keyId = violations.text(output.place["s3EncryptionKeyId"], `${output.at}.s3EncryptionKeyId`, KEY_ID);
  return {
    inputUri: violations.requiredText(input.place["s3Uri"], `${input.at}.s3Uri`, S3_URI),
    outputUri: violations.requiredText(output.place["s3Uri"], `${output.at}.s3Uri`, S3_URI),
    ...(inputOwner === undefined ? {} : { inputBucketOwner: inputOwner }),
    ...(outputOwner === undefined ? {} : { outputBucketOwner: outputOwner }),
    ...(keyId === undefined ? {} : { outputKeyId: keyId }),
  };
}

function vpcOf(violations: Violations, value: unknown): Pick<JobRequest, "vpcConfig"> {
  if (value === undefined || value === null) return {};
  const vpc = violations.structure(value, "vpcConfig");
  const members = (key: string, max: number) => {
    const at = `vpcConfig.${key}`;
    const list = violations.list(violations.required(vpc[key], at), at, 1, max);
    return list.map((entry, index) => violations.requiredText(entry, `${at}.${index + 1}.member`, VPC_MEMBER));
  };
  return {
    vpcConfig: {
      subnetIds: members("subnetIds", MAX_SUBNETS),
      securityGroupIds: members("securityGroupIds", MAX_SECURITY_GROUPS),
    },
  };
}

function tagsOf(violations: Violations, value: unknown): JobRequest["tags"] {
  return violations.list(value, "tags", 0, MAX_TAGS).map((entry, index) => {
    const at = `tags.${index + 1}.member`;
    const tag = violations.structure(entry, at);
    return {
      key: violations.requiredText(tag["key"], `${at}.key`, TAG_KEY),
      value: violations.requiredText(tag["value"], `${at}.value`, TAG_VALUE),
    };
  });
}

/**
 * Checks the body of CreateModelInvocationJob against the service model and fills in the defaults.
 * @throws BedrockError (ValidationException) that names every violation.
 */
export function checkedRequest(value: unknown): CheckedRequest {
  const violations = new Violations();
  const body = violations.structure(value, "request");
  const clientRequestToken = violations.text(body["clientRequestToken"], "clientRequestToken", TOKEN);
  const invocationType = violations.text(body["modelInvocationType"], "modelInvocationType", {
    values: ["InvokeModel", "Converse"],
  });
  const request: JobRequest = {
    jobName: violations.requiredText(body["jobName"], "jobName", JOB_NAME),
    roleArn: violations.requiredText(body["roleArn"], "roleArn", ROLE_ARN),
    modelId: violations.requiredText(body["modelId"], "modelId", MODEL_ID),
    ...places(violations, body),
    ...vpcOf(violations, body["vpcConfig"]),
    timeoutHours:
      violations.integer(
        body["timeoutDurationInHours"],
        "timeoutDurationInHours",
        LEAST_TIMEOUT_HOURS,
        MOST_TIMEOUT_HOURS,
      ) ?? DEFAULT_TIMEOUT_HOURS,
    tags: tagsOf(violations, body["tags"]),
    invocationType: invocationType === "Converse" ? "Converse" : "InvokeModel",
  };
  violations.throwIfAny();
  return { request, ...(clientRequestToken === undefined ? {} : { clientRequestToken }) };
}
