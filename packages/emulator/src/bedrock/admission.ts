import { BedrockError } from "./errors.ts";
import type { BatchJob } from "./job.ts";
import type { CheckedRequest } from "./request.ts";

/** What the account looks like when a Create arrives. */
export interface Admission {
  /** The job of an earlier Create with the same clientRequestToken. */
  readonly sameToken: BatchJob | undefined;
  /** The job, also an ended one, that has the name. */
  readonly sameName: BatchJob | undefined;
  /** The jobs that have not ended in the model's quota scope. */
  readonly openInScope: number;
  readonly scope: string;
  readonly limit: number;
}

/**
 * Decides a Create that is valid in itself: the earlier job whose request this repeats, or undefined for a new one.
 * @throws BedrockError Conflict or ServiceQuotaExceeded.
 */
export function admitted({ request }: CheckedRequest, state: Admission): BatchJob | undefined {
  const { sameToken, sameName, openInScope, scope, limit } = state;
  if (sameToken !== undefined) {
    if (JSON.stringify(sameToken.request) === JSON.stringify(request)) return sameToken;
    // Bedrock's documentation says only that a repeated token "ignores the request". With other parameters that would
    // lose a job without a word; AWS' services commonly refuse it (EC2's IdempotentParameterMismatch), and Conflict is
    // the error in this operation's list that fits.
    throw new BedrockError(
      "ConflictException",
      `The clientRequestToken was already used by job ${sameToken.request.jobName} with other parameters. Use a new token for a new request.`,
    );
  }
  if (sameName !== undefined) {
    throw new BedrockError(
      "ConflictException",
      `A model invocation job with the name ${request.jobName} already exists in this account. Choose another name.`,
    );
  }
  if (openInScope >= limit) {
    throw new BedrockError(
      "ServiceQuotaExceededException",
      `The sum of in-progress and submitted batch inference jobs for ${scope} is ${openInScope}, and the quota is ${limit}. Wait until a job has ended, or request a higher quota.`,
    );
  }
  return undefined;
}
