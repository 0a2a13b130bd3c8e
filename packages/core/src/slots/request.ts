import { hashOf, jobNameOf } from "../ids.ts";
import type { JobFacts } from "../job/job.ts";
import type { CreateRequest } from "../ports/batch.ts";

/** What Bedrock is asked for a job: the same job gives the same request and the same token, whoever asks. */
export function createRequestOf(stage: string, job: JobFacts): CreateRequest {
  const jobName = jobNameOf(stage, job.jobId);
  const { modelId, invocation, timeoutHours, inputKey, outputPrefix } = job;
  return {
    jobName,
    clientRequestToken: hashOf(jobName, modelId, invocation, timeoutHours ?? 0, inputKey, outputPrefix),
    modelId,
    invocation,
    ...(timeoutHours !== undefined && { timeoutHours }),
    inputKey,
    outputPrefix,
  };
}
