import type { Json } from "./json.ts";
import { policyDocument } from "./policy-document.ts";

/** The account and Region that an evaluation pretends to be deployed to. */
export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

function arn(service: string, rest: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
}

/** The few facts that the AWS provider would add to a resource once it exists. */
export function outputsOf(type: string, logicalName: string, inputs: Json): Record<string, Json> {
  const name = inputs.name ?? inputs.bucket ?? logicalName;
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return {
        bucket: name,
        arn: `arn:aws:s3:::${name}`,
        bucketRegionalDomainName: `${name}.s3.${REGION}.amazonaws.com`,
      };
    case "aws:dynamodb/table:Table":
      return { name, arn: arn("dynamodb", `table/${name}`) };
    case "aws:sqs/queue:Queue":
      return { name, arn: arn("sqs", name), url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}` };
    case "aws:lambda/function:Function":
      return { name, arn: arn("lambda", `function:${name}`), version: "$LATEST", lastModified: "2026-01-01" };
    case "aws:iam/role:Role":
      return { name, arn: `arn:aws:iam::${ACCOUNT}:role/${name}` };
    case "aws:cloudwatch/eventRule:EventRule":
      return { name, arn: arn("events", `rule/${name}`) };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { name, arn: arn("logs", `log-group:${name}`) };
    case "aws:sns/topic:Topic":
      return { name, arn: arn("sns", name) };
    case "random:index/randomBytes:RandomBytes":
      return { base64: Buffer.alloc(32, 7).toString("base64") };
    default:
      return { arn: arn(type.split(/[:/]/)[1] ?? "unknown", logicalName) };
  }
}

/** The account as a deploy finds it. */
export interface Found {
  /** Where the deploy goes; the ARNs of what it makes name `REGION` all the same. */
  region: string;
  /** What Parameter Store holds, by name. */
  parameters: Readonly<Record<string, string>>;
}

/** Answers the provider's functions that the stacks call. Throws for one that nobody has called yet. */
export function providerCall(token: string, inputs: Json, { region, parameters }: Found): Record<string, Json> {
  switch (token) {
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return policyDocument(inputs);
    case "aws:index/getRegion:getRegion":
      return { region, name: region, id: region };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT };
    case "aws:ssm/getParametersByPath:getParametersByPath": {
      const names = Object.keys(parameters).filter((name) => name.startsWith(`${inputs.path}/`));
      return { path: inputs.path, names, values: names.map((name) => parameters[name]) };
    }
    default:
      throw new Error(`The evaluation has no answer for the provider's function ${token}: add it to aws-answers.ts.`);
  }
}
