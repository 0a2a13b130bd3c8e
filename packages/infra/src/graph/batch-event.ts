import { ACCOUNT, REGION } from "../evaluation/aws-answers.ts";

export const RUNNING = ["Submitted", "Validating", "Scheduled", "InProgress", "Stopping"] as const;
export const ENDED = ["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"] as const;

/** A batch job's state-change event, as Amazon Bedrock's guide prints one. */
export function batchEvent(status: string, jobName = "dummy-batch-job-name") {
  const batchJobArn = `arn:aws:bedrock:${REGION}:${ACCOUNT}:model-invocation-job/abcdefghwxyz`;
  return {
    version: "0",
    id: "a1b2c3d4",
    "detail-type": "Batch Inference Job State Change",
    source: "aws.bedrock",
    account: ACCOUNT,
    time: "Wed Aug 28 22:58:30 UTC 2024",
    region: REGION,
    resources: [batchJobArn],
    detail: {
      version: "0.0",
      accountId: ACCOUNT,
      batchJobName: jobName,
      batchJobArn,
      batchModelId: `arn:aws:bedrock:${REGION}::foundation-model/anthropic.claude-3-sonnet-20240229-v1:0`,
      status,
      failureMessage: "",
      creationTime: "Aug 28, 2024, 10:47:53 PM",
    },
  };
}
