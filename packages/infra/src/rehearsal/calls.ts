import type { IncomingHttpHeaders } from "node:http";
import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";
import type { Json } from "../evaluation/json.ts";
import { modelResources } from "../graph/model-resources.ts";
import type { Wanted } from "../graph/policy.ts";

/** An HTTP request to AWS. */
export interface AwsRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export type Service = "s3" | "dynamodb" | "sqs" | "bedrock" | "ssm" | "service_quotas";

/** What IAM asks for a request: every one of these must be allowed. Throws for a request that it does not know. */
export function wantedBy(service: Service, request: AwsRequest): Wanted[] {
  const wanted = {
    s3: byS3,
    dynamodb: byDynamoDb,
    sqs: bySqs,
    bedrock: byBedrock,
    ssm: bySsm,
    service_quotas: byQuotas,
  }[service](request);
  if (wanted.length === 0)
    throw new Error(`Nobody knows what ${service} ${request.method} ${request.url} needs: add it to calls.ts.`);
  return wanted;
}

/** Who signed a request: the access key of its credential. */
export function callerOf({ headers }: AwsRequest): string {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "nobody";
}

/** The bucket and key of a path-style request to S3. */
export function placeInS3(url: string): { bucket: string; key: string; query: URLSearchParams } {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const [bucket = "", ...rest] = pathname.slice(1).split("/");
  return { bucket, key: decodeURIComponent(rest.join("/")), query: searchParams };
}

function byS3({ method, url, headers, body }: AwsRequest): Wanted[] {
  const { bucket, key, query } = placeInS3(url);
  const arn = `arn:aws:s3:::${bucket}`;
  // The account that owns the bucket; there is only this one.
  const context = { "aws:ResourceAccount": ACCOUNT };
  const onObject = (action: string, objectKey = key): Wanted => ({ action, resource: `${arn}/${objectKey}`, context });
  if (key === "") {
    if (method === "GET") return [{ action: "s3:ListBucket", resource: arn, context }];
    if (method === "POST" && query.has("delete"))
      return [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, found]) =>
        onObject("s3:DeleteObject", found),
      );
    return [];
  }
  const source = headers["x-amz-copy-source"];
  switch (method) {
    case "GET":
    case "HEAD":
      return [onObject("s3:GetObject")];
    case "PUT":
    case "POST":
      return [
        onObject("s3:PutObject"),
        ...(typeof source === "string"
          ? [{ action: "s3:GetObject", resource: `arn:aws:s3:::${decodeURIComponent(source)}`, context }]
          : []),
      ];
    case "DELETE":
      return [onObject(query.has("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject")];
    default:
      return [];
  }
}

function operationOf({ headers }: AwsRequest): string {
  return String(headers["x-amz-target"] ?? "").split(".")[1] ?? "";
}

function byDynamoDb(request: AwsRequest): Wanted[] {
  const { TableName, IndexName, RequestItems } = JSON.parse(request.body.toString());
  const tables = TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
  return tables.map((table: string) => ({
    action: `dynamodb:${operationOf(request)}`,
    resource: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}${IndexName === undefined ? "" : `/index/${IndexName}`}`,
  }));
}

function bySqs(request: AwsRequest): Wanted[] {
  const { QueueUrl } = JSON.parse(request.body.toString());
  return [{ action: `sqs:${operationOf(request)}`, resource: queueArn(String(QueueUrl)) }];
}

/** The ARN of a queue by its URL, whatever the host. */
export function queueArn(queueUrl: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${queueUrl.slice(queueUrl.lastIndexOf("/") + 1)}`;
}

function bySsm(request: AwsRequest): Wanted[] {
  const { Name } = JSON.parse(request.body.toString());
  const resource = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${Name}`;
  return [{ action: `ssm:${operationOf(request)}`, resource }];
}

function byQuotas(request: AwsRequest): Wanted[] {
  const { ServiceCode, QuotaCode } = JSON.parse(request.body.toString());
  const action = `servicequotas:${operationOf(request)}`;
  if (operationOf(request) === "GetAWSDefaultServiceQuota") return [{ action, resource: "*" }];
  return [{ action, resource: `arn:aws:servicequotas:${REGION}:${ACCOUNT}:${ServiceCode}/${QuotaCode}` }];
}

const JOBS = `arn:aws:bedrock:${REGION}:${ACCOUNT}:model-invocation-job`;

function byBedrock({ method, url, body }: AwsRequest): Wanted[] {
  const { pathname } = new URL(url, "http://bedrock");
  if (method === "GET" && pathname === "/model-invocation-jobs")
    return [{ action: "bedrock:ListModelInvocationJobs", resource: "*" }];
  if (method === "GET")
    return [{ action: "bedrock:GetModelInvocationJob", resource: decodeURIComponent(pathname.split("/")[2] ?? "") }];
  if (method === "POST" && pathname === "/model-invocation-job") return byCreate(JSON.parse(body.toString()));
  return [];
}

/** A Create needs the job, the model or the profile with its model, and the right to hand over the role. */
function byCreate({ modelId, roleArn }: Json): Wanted[] {
  return [
    ...[`${JOBS}/any`, ...modelResources(modelId, REGION)].map((resource) => ({
      action: "bedrock:CreateModelInvocationJob",
      resource,
    })),
    { action: "iam:PassRole", resource: roleArn, context: { "iam:PassedToService": "bedrock.amazonaws.com" } },
  ];
}
