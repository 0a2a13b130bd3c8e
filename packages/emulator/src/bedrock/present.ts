import { type Account, jobArn } from "./event.ts";
import { type BatchJob, isEnded, type RecordCounts } from "./job.ts";

function time(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A job as Get and List show it: the same fields, times as ISO 8601. */
export function presented(account: Account, job: BatchJob, counts: RecordCounts) {
  const { request, clientRequestToken } = job;
  return {
    jobArn: jobArn(account, job.jobId),
    jobName: request.jobName,
    modelId: request.modelId,
    ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
    roleArn: request.roleArn,
    status: job.status,
    ...(isEnded(job) && job.message !== undefined ? { message: job.message } : {}),
    submitTime: time(job.submitTimeMs),
    lastModifiedTime: time(job.statusSinceMs),
    ...(isEnded(job) ? { endTime: time(job.endTimeMs) } : {}),
    inputDataConfig: {
      s3InputDataConfig: {
        s3InputFormat: "JSONL",
        s3Uri: request.inputUri,
        ...(request.inputBucketOwner === undefined ? {} : { s3BucketOwner: request.inputBucketOwner }),
      },
    },
    outputDataConfig: {
      s3OutputDataConfig: {
        s3Uri: request.outputUri,
        ...(request.outputKeyId === undefined ? {} : { s3EncryptionKeyId: request.outputKeyId }),
        ...(request.outputBucketOwner === undefined ? {} : { s3BucketOwner: request.outputBucketOwner }),
      },
    },
    ...(request.vpcConfig === undefined ? {} : { vpcConfig: request.vpcConfig }),
    timeoutDurationInHours: request.timeoutHours,
    jobExpirationTime: time(job.expiresAtMs),
    modelInvocationType: request.invocationType,
    totalRecordCount: counts.total,
    processedRecordCount: counts.processed,
    successRecordCount: counts.success,
    errorRecordCount: counts.error,
  };
}
