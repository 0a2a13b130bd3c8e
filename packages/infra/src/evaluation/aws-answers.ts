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

/** Answers the provider's functions that the stacks call. Throws for one that nobody has called yet. */
export function providerCall(token: string, inputs: Json): Record<string, Json> {
  switch (token) {
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return policyDocument(inputs);
    case "aws:index/getRegion:getRegion":
      return { region: REGION, name: REGION, id: REGION };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT };
    default:
      throw new Error(`The evaluation has no answer for the provider's function ${token}: add it to aws-answers.ts.`);
  }
}
