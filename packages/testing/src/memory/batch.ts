import type { BatchService, BedrockJob, BedrockStatus, CreateAnswer, CreateRequest, LookUp, Page } from "@sluice/core";

/** AWS's API reference: ListModelInvocationJobs answers up to 1,000 jobs a page. */
const MOST_LISTED = 1_000;

/** How the next Create goes wrong. */
export type CreateFault =
  /** Refused with this answer. */
  | Exclude<CreateAnswer, { kind: "created" }>
  /** The job is made, and the answer is lost. */
  | "lost";

/** A job and the request that made it. */
export interface MemoryJob extends BedrockJob {
  request: CreateRequest;
}

const STATUSES_THAT_END: readonly BedrockStatus[] = ["Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"];

/**
 * Bedrock's batch operations in memory: unique names, idempotent tokens, a quota, and faults by script. Jobs move only
 * when they are told to, by `move`.
 */
export class MemoryBatch implements BatchService {
  readonly #now: () => number;
  readonly #jobs: MemoryJob[] = [];
  /** The most jobs at once that have not ended, whoever asked for them. */
  quota: number;
  /** Slots of the quota that other users hold. */
  heldByOthers = 0;
  /** The faults of the next Creates, in order. */
  readonly faults: CreateFault[] = [];
  /** Every request, also the refused ones. */
  readonly requests: CreateRequest[] = [];
  /** How many jobs at the end of the list the listing does not show yet. */
  listingLag = 0;

  constructor({ quota = 1_000, now = () => 0 }: { quota?: number; now?: () => number } = {}) {
    this.quota = quota;
    this.#now = now;
  }

  /** Every job there is, oldest first. */
  get jobs(): readonly MemoryJob[] {
    return this.#jobs;
  }

  /** The jobs that hold a slot of the quota. */
  get running(): readonly MemoryJob[] {
    return this.#jobs.filter(({ status }) => !STATUSES_THAT_END.includes(status));
  }

  async create(request: CreateRequest): Promise<CreateAnswer> {
    this.requests.push(request);
    const fault = this.faults.shift();
    if (fault !== undefined && fault !== "lost") return fault;
    const answer = this.#create(request);
    return fault === "lost" ? { kind: "unknown", message: "The answer was lost." } : answer;
  }

  #create(request: CreateRequest): CreateAnswer {
    const same = this.#jobs.find((job) => job.request.clientRequestToken === request.clientRequestToken);
    if (same !== undefined) return { kind: "created", arn: same.arn };
    if (this.#jobs.some(({ jobName }) => jobName === request.jobName))
      return { kind: "conflict", message: `The name ${request.jobName} is taken.` };
    if (this.running.length + this.heldByOthers >= this.quota)
      return { kind: "quotaExceeded", message: "Every slot of the quota is held." };
    const id = String(this.#jobs.length + 1).padStart(12, "0");
    const arn = `arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/${id}`;
    const { jobName, modelId, inputKey } = request;
    this.#jobs.push({ arn, jobName, modelId, inputKey, status: "Submitted", submittedAt: this.#now(), request });
    return { kind: "created", arn };
  }

  async get(arn: string): Promise<BedrockJob | undefined> {
    const job = this.#jobs.find((known) => known.arn === arn);
    return job && { ...copyOf(job), reportedAt: this.#now() };
  }

  async findByName(jobName: string): Promise<LookUp> {
    const job = this.#listed().find((known) => known.jobName === jobName);
    return { at: this.#now(), ...(job !== undefined && { job: copyOf(job) }) };
  }

  async list(nameContains: string, since: number, cursor?: string): Promise<Page<BedrockJob>> {
    const from = Number(cursor ?? 0);
    const found = this.#listed()
      .filter(({ jobName, submittedAt = 0 }) => jobName.includes(nameContains) && submittedAt > since)
      .reverse();
    const items = found.slice(from, from + MOST_LISTED).map(copyOf);
    const next = from + items.length;
    return next < found.length ? { items, cursor: String(next) } : { items };
  }

  #listed(): MemoryJob[] {
    return this.#jobs.slice(0, this.#jobs.length - this.listingLag);
  }

  /** Moves a job to a status, with what Bedrock then reports of it; the event that Bedrock would send. */
  move(arn: string, status: BedrockStatus, report: Partial<BedrockJob> = {}): BedrockJob {
    const job = this.#jobs.find((known) => known.arn === arn);
    if (job === undefined) throw new Error(`There is no job ${arn} to move.`);
    Object.assign(job, report, { status });
    if (STATUSES_THAT_END.includes(status)) job.endedAt ??= this.#now();
    const { jobName, modelId, message } = job;
    return { arn, jobName, modelId, status, ...(message !== undefined && { message }) };
  }
}

function copyOf({ request: _, ...reported }: MemoryJob): BedrockJob {
  return reported;
}
