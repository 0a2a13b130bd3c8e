import type { GetModelInvocationJobResponse, ModelInvocationJobSummary } from "@aws-sdk/client-bedrock";
import { type BedrockJob, bedrockStatus } from "@sluice/core";

/**
 * A job as Bedrock reports it, in our own form; undefined for one that has a status which Sluice does not know, or that
 * lacks what every job has. `bucket` is the stage's.
 */
export function reportedJob(
  job: GetModelInvocationJobResponse | ModelInvocationJobSummary,
  bucket: string,
): BedrockJob | undefined {
  const { jobArn, jobName, modelId } = job;
  const status = bedrockStatus(job.status);
  if (jobArn === undefined || jobName === undefined || modelId === undefined || status === undefined) return undefined;
  const uri = job.inputDataConfig?.s3InputDataConfig?.s3Uri;
  const optional = {
    message: job.message || undefined,
    inputKey: uri?.startsWith(`s3://${bucket}/`) ? uri.slice(`s3://${bucket}/`.length) : undefined,
    submittedAt: epochMs(job.submitTime),
    endedAt: epochMs(job.endTime),
    totalRecords: job.totalRecordCount,
    processedRecords: job.processedRecordCount,
    successRecords: job.successRecordCount,
    errorRecords: job.errorRecordCount,
  };
  return { arn: jobArn, jobName, modelId, status, ...present(optional) };
}

function epochMs(time: Date | undefined): number | undefined {
  const ms = time?.getTime();
  return Number.isFinite(ms) ? ms : undefined;
}

/** The fields that have a value. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
