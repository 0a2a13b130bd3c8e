import {
  type BedrockClient,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  ListModelInvocationJobsCommand,
  type ModelInvocationJobSummary,
} from "@aws-sdk/client-bedrock";
import type { BatchService, BedrockJob, CreateAnswer, CreateRequest, LookUp, Page } from "@sluice/core";
import { answerOf } from "./answers.ts";
import { reportedJob } from "./reported.ts";
import { Served } from "./served.ts";

/** How long a Create may take; the lease of whoever asks is much longer. */
const CREATE_TIMEOUT_MS = 20_000;
/** Bedrock: the most jobs on a page. */
const LIST_PAGE_JOBS = 1_000;
/** A name of ours is in hardly any other name, so that one page is the rule. */
const FIND_PAGES = 20;

export interface BedrockBatchOptions {
  client: BedrockClient;
  /** The stage's bucket: keys of requests are keys in it. */
  bucket: string;
  /** The service role that Bedrock reads and writes the bucket as. */
  roleArn: string;
  vpc?: { subnetIds: string[]; securityGroupIds: string[] };
  /** Encrypts the output; the bucket's own encryption where it is left out. */
  kmsKeyId?: string;
  tags?: Readonly<Record<string, string>>;
  /** 20 seconds where it is left out. */
  createTimeoutMs?: number;
  /** The most jobs on a page of a listing; Bedrock takes up to 1,000. */
  listPageJobs?: number;
}

/** A page of Bedrock's list as it stands there, and when it was served, in epoch milliseconds by Bedrock's clock. */
interface ListedPage {
  summaries: ModelInvocationJobSummary[];
  nextToken: string | undefined;
  at: number;
}

/** Bedrock's batch inference. */
export class BedrockBatch implements BatchService {
  readonly #options: BedrockBatchOptions;

  constructor(options: BedrockBatchOptions) {
    this.#options = options;
  }

  /** Asks once, whatever the client's number of attempts: whoever asks again looks for the job first. */
  async create(request: CreateRequest): Promise<CreateAnswer> {
    const { client, roleArn, createTimeoutMs = CREATE_TIMEOUT_MS } = this.#options;
    const command = new CreateModelInvocationJobCommand(this.#inputOf(request));
    const failure = failureWithoutRetry(command);
    try {
      const answer = await client.send(command, { abortSignal: AbortSignal.timeout(createTimeoutMs) });
      if (failure.error !== undefined) return answerOf(failure.error, request, roleArn);
      if (answer.jobArn !== undefined) return { kind: "created", arn: answer.jobArn };
      return { kind: "unknown", message: `Bedrock took ${request.jobName} without giving an ARN; it is looked up.` };
    } catch (error) {
      return answerOf(error, request, roleArn);
    }
  }

  /** Throws if the job has a status that Sluice does not know: "not there" would free its slot. */
  async get(arn: string): Promise<BedrockJob | undefined> {
    try {
      const { client, bucket } = this.#options;
      const command = new GetModelInvocationJobCommand({ jobIdentifier: arn });
      const served = new Served();
      command.middlewareStack.add(...served.middleware);
      const answer = await client.send(command);
      return { ...(reportedJob(answer, bucket) ?? refuseUnknown(answer)), reportedAt: served.at };
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
      throw error;
    }
  }

  /** Throws if the job has a status that Sluice does not know: "not there" would let it be created again. */
  async findByName(jobName: string): Promise<LookUp> {
    let cursor: string | undefined;
    for (let page = 0; page < FIND_PAGES; page++) {
      const { summaries, nextToken, at } = await this.#page(jobName, 0, cursor);
      const found = summaries.find((summary) => summary.jobName === jobName);
      if (found !== undefined) return { at, job: reportedJob(found, this.#options.bucket) ?? refuseUnknown(found) };
      if (nextToken === undefined) return { at };
      cursor = nextToken;
    }
    throw new Error(`${FIND_PAGES} pages of jobs have ${jobName} in their names. Choose another stage name.`);
  }

  /** Leaves out jobs with a status that Sluice does not know. */
  async list(nameContains: string, since: number, cursor?: string): Promise<Page<BedrockJob>> {
    const { summaries, nextToken } = await this.#page(nameContains, since, cursor);
    const items = summaries
      .map((summary) => reportedJob(summary, this.#options.bucket))
      .filter((job) => job !== undefined);
    return nextToken === undefined ? { items } : { items, cursor: nextToken };
  }

  async #page(nameContains: string, since: number, cursor?: string): Promise<ListedPage> {
    const { client, listPageJobs = LIST_PAGE_JOBS } = this.#options;
    const command = new ListModelInvocationJobsCommand({
      maxResults: listPageJobs,
      sortBy: "CreationTime",
      sortOrder: "Descending",
      ...(nameContains !== "" ? { nameContains } : {}),
      ...(since > 0 ? { submitTimeAfter: new Date(since) } : {}),
      ...(cursor !== undefined ? { nextToken: cursor } : {}),
    });
    const served = new Served();
    command.middlewareStack.add(...served.middleware);
    const { invocationJobSummaries: summaries = [], nextToken } = await client.send(command);
    return { summaries, nextToken, at: served.at };
  }

  #inputOf(request: CreateRequest): CreateModelInvocationJobCommandInput {
    const { bucket, roleArn, vpc, kmsKeyId, tags } = this.#options;
    return {
      jobName: request.jobName,
      clientRequestToken: request.clientRequestToken,
      modelId: request.modelId,
      roleArn,
      inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${bucket}/${request.inputKey}`, s3InputFormat: "JSONL" } },
      outputDataConfig: {
        s3OutputDataConfig: {
          s3Uri: `s3://${bucket}/${request.outputPrefix}`,
          ...(kmsKeyId !== undefined ? { s3EncryptionKeyId: kmsKeyId } : {}),
        },
      },
      // The field is younger than some Regions' service; its default is what they do.
      ...(request.invocation === "Converse" ? { modelInvocationType: "Converse" } : {}),
      ...(request.timeoutHours !== undefined ? { timeoutDurationInHours: request.timeoutHours } : {}),
      ...(vpc !== undefined ? { vpcConfig: vpc } : {}),
      ...(tags !== undefined ? { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) } : {}),
    };
  }
}

function refuseUnknown({ jobArn, jobName, status }: Parameters<typeof reportedJob>[0]): never {
  const name = jobArn ?? jobName ?? "a job without a name";
  throw new Error(
    `Bedrock reports the status ${status} for ${name}, which Sluice does not know. The job keeps its slot. Update Sluice.`,
  );
}

/**
 * Keeps a command's failure from the SDK's retries, which cannot be turned off for one call of a client: below them, the
 * failure becomes an empty answer, and is found in what this gives back.
 */
function failureWithoutRetry(command: CreateModelInvocationJobCommand): { error?: unknown } {
  const failure: { error?: unknown } = {};
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        failure.error = error;
        return { response: undefined, output: { $metadata: {}, jobArn: undefined } };
      }
    },
    { step: "finalizeRequest", name: "failureWithoutRetry", priority: "normal" },
  );
  return failure;
}
