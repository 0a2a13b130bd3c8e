import { createHash } from "node:crypto";
import type { BatchJob } from "./job.ts";

/** Where the server pretends to be. */
export interface Account {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** What Bedrock puts on the account's default EventBridge bus at every change of a job's status. */
export interface BatchStateChangeEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": "Batch Inference Job State Change";
  readonly source: "aws.bedrock";
  readonly account: string;
  /** Not an ISO date: `Wed Aug 28 22:58:30 UTC 2024`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly version: "0.0";
    readonly accountId: string;
    readonly batchJobName: string;
    readonly batchJobArn: string;
    /** An ARN, also where the job was created with a model id. */
    readonly batchModelId: string;
    readonly status: BatchJob["status"];
    /** Empty unless the job failed or expired. */
    readonly failureMessage: string;
    /** Not an ISO date: `Aug 28, 2024, 10:47:53 PM`. */
    readonly creationTime: string;
  };
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** A profile's id begins with its geography; a model's with its vendor. */
const PROFILE_ID = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|global)\./;

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** A time as Java's Date prints it, in UTC: `Wed Aug 28 22:58:30 UTC 2024`. */
function eventTime(timeMs: number): string {
  const date = new Date(timeMs);
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${clock} UTC ${date.getUTCFullYear()}`;
}

/** A time as the event's creationTime prints it, in UTC: `Aug 28, 2024, 10:47:53 PM`. */
function creationTime(timeMs: number): string {
  const date = new Date(timeMs);
  const hours = date.getUTCHours();
  const clock = [String(hours % 12 === 0 ? 12 : hours % 12), two(date.getUTCMinutes()), two(date.getUTCSeconds())];
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock.join(":")} ${hours < 12 ? "AM" : "PM"}`;
}

/** The job's ARN in the account. */
export function jobArn({ region, accountId }: Account, jobId: string): string {
  return `arn:aws:bedrock:${region}:${accountId}:model-invocation-job/${jobId}`;
}

function modelArn({ region, accountId }: Account, modelId: string): string {
  if (modelId.startsWith("arn:")) return modelId;
  return PROFILE_ID.test(modelId)
    ? `arn:aws:bedrock:${region}:${accountId}:inference-profile/${modelId}`
    : `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

/** The event for the job's present status. A repeat of it is the same event, with the same id. */
export function stateChange(account: Account, job: BatchJob): BatchStateChangeEvent {
  const arn = jobArn(account, job.jobId);
  const hex = createHash("sha256").update(`${arn} ${job.status}`).digest("hex");
  return {
    version: "0",
    id: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-"),
    "detail-type": "Batch Inference Job State Change",
    source: "aws.bedrock",
    account: account.accountId,
    time: eventTime(job.statusSinceMs),
    region: account.region,
    resources: [arn],
    detail: {
      version: "0.0",
      accountId: account.accountId,
      batchJobName: job.request.jobName,
      batchJobArn: arn,
      batchModelId: modelArn(account, job.request.modelId),
      status: job.status,
      failureMessage: ("message" in job && job.message) || "",
      creationTime: creationTime(job.submitTimeMs),
    },
  };
}
