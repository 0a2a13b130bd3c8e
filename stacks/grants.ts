import { account, partition, region } from "./place.ts";
import { bedrockRoleArn, jobsArn, kmsStatements, models } from "./role.ts";
import { bucket, settingsKey } from "./storage.ts";
import { table } from "./table.ts";

/** A statement of a function's policy. */
type Grant = sst.aws.FunctionPermissionArgs;

type TableAction = "GetItem" | "BatchGetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query";

/** Operations on the table itself. Nobody may scan it. */
export function useTable(...actions: TableAction[]): Grant[] {
  return [{ actions: actions.map((action) => `dynamodb:${action}`), resources: [table.arn] }];
}

/** Pages of everything of a kind, which only find work. */
export const queryIndexes: Grant[] = [{ actions: ["dynamodb:Query"], resources: [$interpolate`${table.arn}/index/*`] }];

/** What a refill needs of the table: the lane, the head of its queue, and its jobs. */
export const refillLanes: Grant[] = useTable("GetItem", "UpdateItem", "DeleteItem", "Query");

export const readSettings: Grant[] = [
  { actions: ["s3:GetObject"], resources: [$interpolate`${bucket.arn}/${settingsKey}`] },
  ...kmsStatements,
];

/**
 * Without the right to list, S3 answers 403 and not 404 for an object that is not there; a condition on the prefix
 * would not help, because reading an object has none.
 */
export const listBucket: Grant[] = [{ actions: ["s3:ListBucket"], resources: [bucket.arn] }];

const below = (prefixes: readonly string[]) => prefixes.map((prefix) => $interpolate`${bucket.arn}/${prefix}*`);

export function readObjects(...prefixes: string[]): Grant[] {
  return [{ actions: ["s3:GetObject"], resources: below(prefixes) }];
}

/** Uploads in parts are aborted when their writer fails. */
export function writeObjects(...prefixes: string[]): Grant[] {
  return [{ actions: ["s3:PutObject", "s3:AbortMultipartUpload"], resources: below(prefixes) }];
}

export function deleteObjects(...prefixes: string[]): Grant[] {
  return [{ actions: ["s3:DeleteObject"], resources: below(prefixes) }];
}

export function sendTo(...queues: sst.aws.Queue[]): Grant[] {
  return [{ actions: ["sqs:SendMessage"], resources: queues.map(({ arn }) => arn) }];
}

/** IAM knows no resource for this one. */
export const listJobs: Grant[] = [{ actions: ["bedrock:ListModelInvocationJobs"], resources: ["*"] }];

/** A refill asks Bedrock for jobs, with the role that Bedrock takes for them, and looks for those it may have made. */
export const createJobs: Grant[] = [
  { actions: ["bedrock:CreateModelInvocationJob"], resources: [jobsArn, ...models] },
  {
    actions: ["iam:PassRole"],
    resources: [bedrockRoleArn],
    conditions: [{ test: "StringEquals", variable: "iam:PassedToService", values: ["bedrock.amazonaws.com"] }],
  },
  ...listJobs,
];

/** The quotas that lanes take their limits from: for the sweep, and for whoever may be the first to meet a lane. */
export const readQuotas: Grant[] = [
  {
    actions: ["servicequotas:GetServiceQuota"],
    resources: [`arn:${partition}:servicequotas:${region}:${account}:bedrock/*`],
  },
  // Where the account has no value of its own. IAM knows no resource for this one.
  { actions: ["servicequotas:GetAWSDefaultServiceQuota"], resources: ["*"] },
];

export const getJobs: Grant[] = [{ actions: ["bedrock:GetModelInvocationJob"], resources: [jobsArn] }];

/** What Lambda's poller asks of a function's queue, and the shortened wait for a message that failed. */
export function consume(queue: sst.aws.Queue): Grant[] {
  return [
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
      resources: [queue.arn],
    },
  ];
}
