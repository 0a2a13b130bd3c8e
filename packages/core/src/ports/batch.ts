import type { BedrockStatus } from "../job/status.ts";
import type { InvocationType } from "../model/invocation.ts";
import type { Page } from "./page.ts";

/** What Bedrock is asked to create. Keys are relative to the stage's bucket. */
export interface CreateRequest {
  jobName: string;
  /** The same request always has the same token. */
  clientRequestToken: string;
  modelId: string;
  invocation: InvocationType;
  timeoutHours?: number;
  inputKey: string;
  outputPrefix: string;
}

/** What Bedrock answered; the message is for people and says what to do. */
export type CreateAnswer =
  | { kind: "created"; arn: string }
  | {
      kind:
        | "quotaExceeded"
        | "throttled"
        /** The name is taken. */
        | "conflict"
        /** The request of this job is not what Bedrock takes: asking again would change nothing. */
        | "invalid"
        /** The account, its rights, the model or the settings are to be mended: no job is to blame. */
        | "denied"
        /** Network, timeout or 5xx: it may or may not have been created. */
        | "unknown"
        /** An error with a name that we do not know. */
        | "odd";
      message: string;
    };

/** A job as Bedrock reports it. Times are epoch milliseconds. */
export interface BedrockJob {
  arn: string;
  jobName: string;
  modelId: string;
  status: BedrockStatus;
  message?: string;
  /** The key of the input in the stage's bucket; absent if it lies elsewhere. */
  inputKey?: string;
  submittedAt?: number;
  endedAt?: number;
  totalRecords?: number;
  processedRecords?: number;
  successRecords?: number;
  errorRecords?: number;
  /** When Bedrock answered this, by its own clock; only Get tells. */
  reportedAt?: number;
}

/** What a look-up by name found. */
export interface LookUp {
  /** Absent if the listing does not have it (yet). */
  job?: BedrockJob;
  /** When Bedrock answered, by its own clock, in epoch milliseconds. */
  at: number;
}

/** Bedrock's batch operations, each one attempt. All but `create` throw on a fault. */
export interface BatchService {
  create(request: CreateRequest): Promise<CreateAnswer>;
  get(arn: string): Promise<BedrockJob | undefined>;
  /** Looks for the job of exactly this name. */
  findByName(jobName: string): Promise<LookUp>;
  /**
   * A page of up to 1,000 jobs, the newest first, whose names contain `nameContains` and that were submitted after
   * `since` (epoch milliseconds).
   */
  list(nameContains: string, since: number, cursor?: string): Promise<Page<BedrockJob>>;
}
