import { createHash } from "node:crypto";
import { admitted } from "./admission.ts";
import type { Bulletin } from "./bulletin.ts";
import type { ServerClock } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { BedrockError } from "./errors.ts";
import { type Account, jobArn } from "./event.ts";
import type { Faults } from "./faults.ts";
import { type BatchJob, NO_RECORDS } from "./job.ts";
import { listed, listQuery } from "./listing.ts";
import { presented } from "./present.ts";
import type { JobRegister } from "./register.ts";
import { type CheckedRequest, checkedRequest } from "./request.ts";

const HOUR_MS = 3_600_000;
const JOB_ID_LETTERS = 12;
/** Creates are decided one at a time; more than this many waiting are throttled. */
const MAX_WAITING_CREATES = 256;
const IDENTIFIER = /^(?:arn:aws(?:-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job\/)?[a-z0-9]{12}$/;

/** The quota that a model's jobs count against: models with the same scope share it. */
export interface Quota {
  readonly scope: string;
  readonly limit: number;
}

export interface OperationOptions {
  readonly account: Account;
  readonly clock: ServerClock;
  readonly register: JobRegister;
  readonly engine: Engine;
  readonly bulletin: Bulletin;
  readonly faults: Faults;
  readonly quotaOf: (modelId: string) => Quota;
}

/** The four operations, without HTTP. Each throws BedrockError where Bedrock would refuse. */
export class Operations {
  readonly #options: OperationOptions;
  #lastCreate: Promise<unknown> = Promise.resolve();
  #waitingCreates = 0;

  constructor(options: OperationOptions) {
    this.#options = options;
  }

  /** CreateModelInvocationJob. The job is durable when it resolves, and its first event may be out already. */
  async create(body: unknown): Promise<{ readonly jobArn: string }> {
    this.#throwRefusal("Create");
    const checked = checkedRequest(body);
    if (this.#waitingCreates >= MAX_WAITING_CREATES) {
      throw new BedrockError("ThrottlingException", "Too many requests, please wait before trying again.");
    }
    this.#waitingCreates += 1;
    // One at a time: two requests with one name, or for one slot, must not both find it free.
    const turn = this.#lastCreate.then(() => this.#createInTurn(checked));
    this.#lastCreate = turn.catch(() => undefined);
    try {
      return { jobArn: jobArn(this.#options.account, (await turn).jobId) };
    } finally {
      this.#waitingCreates -= 1;
    }
  }

  async #createInTurn(checked: CheckedRequest): Promise<BatchJob> {
    const { register, quotaOf, faults, clock, bulletin, engine } = this.#options;
    const { request, clientRequestToken } = checked;
    const quota = quotaOf(request.modelId);
    const earlier = admitted(checked, {
      sameToken: clientRequestToken === undefined ? undefined : register.withToken(clientRequestToken),
      sameName: register.named(request.jobName),
      openInScope: register.open().filter((job) => quotaOf(job.request.modelId).scope === quota.scope).length,
      scope: quota.scope,
      limit: faults.limit(quota.limit),
    });
    if (earlier !== undefined) return earlier;
    const nowMs = clock.nowMs();
    const job: BatchJob = {
      jobId: this.#idFor(request.jobName),
      sequence: register.nextSequence,
      request,
      ...(clientRequestToken === undefined ? {} : { clientRequestToken }),
      submitTimeMs: nowMs,
      // Not divided by the speed: the timeout is the caller's own deadline, and a slow model on a laptop needs it.
      expiresAtMs: nowMs + request.timeoutHours * HOUR_MS,
      statusSinceMs: nowMs,
      counts: NO_RECORDS,
      status: "Submitted",
    };
    await register.add(job);
    bulletin.announce(job);
    engine.start(job.jobId);
    return job;
  }

  /** Derived from the name, which is unique in the account: the same run gives the same ids. */
  #idFor(jobName: string): string {
    const { account } = this.#options;
    const hex = createHash("sha256").update(`${account.accountId} ${account.region} ${jobName}`).digest("hex");
    return BigInt(`0x${hex}`).toString(36).slice(0, JOB_ID_LETTERS);
  }

  /** GetModelInvocationJob, by id or ARN. */
  get(identifier: string) {
    this.#throwRefusal("Get");
    const job = this.#found(identifier);
    return this.#shown(job);
  }

  /** ListModelInvocationJobs. */
  list(query: Readonly<Record<string, string>>) {
    this.#throwRefusal("List");
    const { register, faults, clock } = this.#options;
    const youngestMs = clock.nowMs() - faults.settings.listLagMs;
    const visible = register.all().filter((job) => job.submitTimeMs <= youngestMs);
    const { jobs, nextToken } = listed(visible, listQuery(query));
    return {
      invocationJobSummaries: jobs.map((job) => this.#shown(job)),
      ...(nextToken === undefined ? {} : { nextToken }),
    };
  }

  /** StopModelInvocationJob. Stopping twice is one stop; a job that has ended is a Conflict. */
  async stop(identifier: string): Promise<Record<string, never>> {
    this.#throwRefusal("Stop");
    const { jobId, request } = this.#found(identifier);
    if (await this.#options.engine.stop(jobId)) return {};
    throw new BedrockError("ConflictException", `The job ${request.jobName} has already ended and cannot be stopped.`);
  }

  #shown(job: BatchJob) {
    const { account, engine } = this.#options;
    return presented(account, job, (job.status === "InProgress" && engine.progressOf(job.jobId)) || job.counts);
  }

  #found(identifier: string): BatchJob {
    const { account, register } = this.#options;
    if (!IDENTIFIER.test(identifier)) {
      throw new BedrockError(
        "ValidationException",
        `1 validation error detected: Value '${identifier.slice(0, 256)}' at 'jobIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:model-invocation-job/)?[a-z0-9]{12})`,
      );
    }
    const jobId = identifier.slice(-JOB_ID_LETTERS);
    const job = register.get(jobId);
    if (job === undefined || (identifier !== jobId && identifier !== jobArn(account, jobId))) {
      throw new BedrockError("ResourceNotFoundException", `Could not find the model invocation job ${identifier}.`);
    }
    return job;
  }

  #throwRefusal(operation: Parameters<Faults["refusal"]>[0]): void {
    const refusal = this.#options.faults.refusal(operation);
    if (refusal !== undefined) throw refusal;
  }
}
