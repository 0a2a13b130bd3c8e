import {
  type BatchService,
  type BedrockJob,
  type BedrockStatus,
  type CreateAnswer,
  type CreateRequest,
  hasEnded,
  type LookUp,
  type Page,
  type Sighting,
} from "@sluice/core";
import type { Agenda } from "../schedule/agenda.ts";
import { Chance } from "../schedule/chance.ts";
import type { CallFaults } from "../script/faults.ts";
import type { Oddities } from "../script/oddities.ts";
import { BEGIN, MINUTE_MS, type OtherScript, type Script, SECOND_MS } from "../script/script.ts";
import type { Windows } from "../script/windows.ts";
import { drawLife, lifeOf, type Step } from "./life.ts";
import type { BatchOutput, FaultAt } from "./output.ts";
import type { SimJob } from "./sim-job.ts";

/** The longest time in which the listing does not show a job; a proof by look-up waits longer. */
const MOST_LISTING_LAG_MS = 4 * MINUTE_MS;
/** How often another user asks again. */
const OTHERS_RETRY_MS = 30 * SECOND_MS;
/** The answer that nobody lives to hear. */
export const DEADLY = "Whoever asked dies before the answer.";
const MOST_OUTPUT_LAG_MS = MINUTE_MS;

/** What the model of Bedrock needs of the simulation around it. */
export interface Surroundings {
  script: Script;
  agenda: Agenda;
  windows: Windows;
  faults: CallFaults;
  output: BatchOutput | undefined;
  /** The short name of a job in Bedrock, for places and histories. */
  nameOf(jobName: string): string;
  oddities: Oddities;
  publish(event: Sighting): void;
  /** Something was lost that only a sweep repairs. */
  owe(): void;
  /** Called when a job was made, before anybody knows. */
  made(job: SimJob): void;
  note(line: string): void;
}

/** Bedrock's batch inference with other users in it: the status path, the quota, unique names and tokens, a late list. */
export class SimBedrock implements BatchService {
  readonly jobs: SimJob[] = [];
  /** The names that were refused for good. */
  readonly refused = new Set<string>();
  /** How often a name was answered with an error that nobody knows. */
  readonly oddAnswers = new Map<string, number>();
  /** When jobs of other users ran. */
  readonly begunByOthers: { lane: string; from: number; to: number }[] = [];
  readonly #around: Surroundings;
  readonly #quotas = new Map<string, number>();
  readonly #others = new Map<string, number>();

  constructor(around: Surroundings) {
    this.#around = around;
    for (const { modelId, quota } of around.script.lanes) this.#quotas.set(modelId, quota);
  }

  /** Gives a name to a job of another table, which ended long ago; its event comes so much after the beginning. */
  squat(jobName: string, modelId: string, toldAfterMs: number): void {
    const arn = `arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/squatter${this.jobs.length}`;
    const inputKey = "staging/of-another-table.jsonl";
    const request = {
      jobName,
      clientRequestToken: arn,
      modelId,
      invocation: "InvokeModel",
      inputKey,
      outputPrefix: "x/",
    } as const;
    const job = { arn, jobName, modelId, inputKey, submittedAt: BEGIN, listedAt: 0, request };
    this.jobs.push({ ...job, status: "Completed" });
    const event = { jobName, arn, modelId: modelArn(modelId), status: "Completed" } as const;
    this.#around.agenda.at(BEGIN + toldAfterMs, "world", () => this.#around.publish(event));
  }

  odd(jobName: string): void {
    this.oddAnswers.set(jobName, (this.oddAnswers.get(jobName) ?? 0) + 1);
  }

  /** Our jobs of a model that have not ended. */
  running(modelId: string): SimJob[] {
    return this.jobs.filter((job) => !hasEnded(job.status) && job.modelId === modelId);
  }

  async create(request: CreateRequest): Promise<CreateAnswer> {
    const { windows, agenda, script } = this.#around;
    const { now } = agenda;
    const { jobName, modelId, clientRequestToken } = request;
    if (windows.isOn("denied", now)) return { kind: "denied", message: "bedrock:CreateModelInvocationJob is missing." };
    if (windows.isOn("throttling", now)) return { kind: "throttled", message: "Too many requests." };
    const oddity = this.#around.oddities.of(jobName);
    if (oddity === "odd") {
      this.odd(jobName);
      return { kind: "odd", message: "An error of a new name." };
    }
    if (windows.isOn("modelGone", now) || oddity === "invalid") {
      this.refused.add(jobName);
      return { kind: "invalid", message: `There is no model ${modelId}.` };
    }
    const same = this.jobs.find((job) => job.request.clientRequestToken === clientRequestToken);
    if (same !== undefined && now - same.submittedAt < script.bedrock.tokenMs) {
      // A job that a restored table has forgotten: the events of its end came long ago, and a sweep has to find it.
      if (hasEnded(same.status) && script.restores.length > 0) this.#around.owe();
      return { kind: "created", arn: same.arn };
    }
    if (this.jobs.some((job) => job.jobName === jobName))
      return { kind: script.bedrock.conflictIsInvalid ? "invalid" : "conflict", message: `${jobName} is taken.` };
    if (this.running(modelId).length + (this.#others.get(modelId) ?? 0) >= (this.#quotas.get(modelId) ?? 0))
      return { kind: "quotaExceeded", message: "Every slot of the quota is held." };
    const { arn } = this.#make(request, oddity === "hidden");
    if (oddity === "hidden") return { kind: "unknown", message: "No answer." };
    return oddity === "orphan" ? { kind: "unknown", message: DEADLY } : { kind: "created", arn };
  }

  async get(arn: string): Promise<BedrockJob | undefined> {
    this.#mayThrottle();
    const job = this.jobs.find((known) => known.arn === arn);
    return job && { ...reported(job), reportedAt: this.#around.agenda.now };
  }

  async findByName(jobName: string): Promise<LookUp> {
    this.#mayThrottle();
    const { now } = this.#around.agenda;
    const job = this.jobs.find((known) => known.jobName === jobName);
    return { at: now, ...(job !== undefined && job.listedAt <= now && { job: reported(job) }) };
  }

  /** The newest come first. The cursor is the ARN of the last one given: what was made since moves nothing. */
  async list(nameContains: string, since: number, cursor?: string): Promise<Page<BedrockJob>> {
    this.#mayThrottle();
    const { now } = this.#around.agenda;
    const isListed = ({ jobName, submittedAt, listedAt }: SimJob) =>
      jobName.includes(nameContains) && submittedAt > since && listedAt <= now;
    const newest = this.jobs.toReversed();
    const behind = newest.slice(newest.findIndex(({ arn }) => arn === cursor) + 1).filter(isListed);
    const items = behind.slice(0, this.#around.script.bedrock.jobsAPage).map(reported);
    const last = items.at(-1);
    return last !== undefined && behind.length > items.length ? { items, cursor: last.arn } : { items };
  }

  /** Begins the job of another user as soon as the quota has room for it; its end sends an event like any other. */
  lend(other: OtherScript): void {
    const { name, lane, lastsMs } = other;
    const { script, agenda, publish } = this.#around;
    const modelId = script.lanes.find((known) => known.name === lane)?.modelId ?? "";
    const held = this.#others.get(modelId) ?? 0;
    if (this.running(modelId).length + held >= (this.#quotas.get(modelId) ?? 0)) {
      agenda.after(OTHERS_RETRY_MS, "world", () => this.lend(other));
      return;
    }
    this.begunByOthers.push({ lane, from: agenda.now, to: agenda.now + lastsMs });
    this.#others.set(modelId, held + 1);
    const arn = `arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/other${name}`;
    const tell = (n: number) =>
      publish({ jobName: `someone-${name}-${n}`, arn, modelId: modelArn(modelId), status: "Completed" });
    const goOn = (n: number, leftMs: number) =>
      agenda.after(Math.min(leftMs, other.eachMs ?? leftMs), "world", () => {
        const afterMs = leftMs - (other.eachMs ?? leftMs);
        if (afterMs > 0) goOn(n + 1, afterMs);
        else this.#others.set(modelId, (this.#others.get(modelId) ?? 1) - 1);
        tell(n);
      });
    goOn(0, lastsMs);
  }

  #mayThrottle(): void {
    if (this.#around.windows.isOn("throttling", this.#around.agenda.now)) throw new Error("ThrottlingException");
  }

  #make(request: CreateRequest, isHidden: boolean): SimJob {
    const { script, agenda, faults, nameOf, made } = this.#around;
    const { now } = agenda;
    const name = nameOf(request.jobName);
    const chance = new Chance(script.seed, `bedrock ${name}`);
    const lastsMs = this.#around.oddities.lastsMsOf(request.jobName);
    const life = lastsMs === undefined ? drawLife(script.bedrock, chance) : lifeOf(lastsMs);
    const lateMs = chance.magnitude(10 * SECOND_MS, MOST_LISTING_LAG_MS);
    const isLate = faults.at(`bedrock ${name}`, ["listedLate"], chance) !== undefined;
    const { jobName, modelId, inputKey } = request;
    const id = String(this.jobs.length + 1).padStart(12, "0");
    const arn = `arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/${id}`;
    const listedAt = now + (isHidden ? MOST_LISTING_LAG_MS : isLate ? lateMs : 0);
    const job: SimJob = { arn, jobName, modelId, inputKey, status: "Submitted", submittedAt: now, listedAt, request };
    this.jobs.push(job);
    made(job);
    this.#tell(job);
    this.#live(job, name, life, chance);
    return job;
  }

  #live(job: SimJob, name: string, [step, ...rest]: readonly Step[], chance: Chance): void {
    const { agenda, windows, output, faults, script } = this.#around;
    if (step === undefined) return;
    agenda.after(step.afterMs, "world", () => {
      // A job that was refused before the table was restored can be asked for again, when its input is swept up.
      const isWithoutInput = script.restores.length > 0 && output?.hasInput(job) === false;
      const breaks = job.status === "Validating" && (isWithoutInput || windows.isOn("roleBroken", agenda.now));
      const status: BedrockStatus = breaks ? "Failed" : step.status;
      if (hasEnded(status)) {
        const isLate = faults.at(`output ${name}`, ["outputLate"], chance) !== undefined;
        const lateMs = isLate ? chance.magnitude(SECOND_MS, MOST_OUTPUT_LAG_MS) : 0;
        this.#end(job, status, chance);
        const faultAt: FaultAt = (place, kinds) => faults.at(`output ${name}${place}`, kinds, chance);
        if (lateMs > 0) agenda.after(lateMs, "world", () => output?.write(job, chance, faultAt));
        else output?.write(job, chance, faultAt);
      } else job.status = status;
      this.#tell(job);
      if (!breaks) this.#live(job, name, rest, chance);
    });
  }

  #end(job: SimJob, status: BedrockStatus, chance: Chance): void {
    const nothingDone = status === "Expired" || job.status === "Validating";
    job.endedAt = this.#around.agenda.now;
    job.processedRecords = nothingDone ? 0 : chance.whole(1, 100);
    job.status = status;
    if (status === "Failed") job.message = nothingDone ? "The role may not read the input." : "An internal error.";
  }

  #tell(job: SimJob): void {
    const { nameOf, publish, note } = this.#around;
    const { jobName, arn, modelId, status, message } = job;
    note(`bedrock  ${nameOf(jobName)} is ${status}`);
    publish({ jobName, arn, modelId: modelArn(modelId), status, ...(message !== undefined && { message }) });
  }
}

function modelArn(modelId: string): string {
  return `arn:aws:bedrock:us-east-1::foundation-model/${modelId}`;
}

function reported(job: SimJob): BedrockJob {
  const { request: _, listedAt: __, ...seen } = job;
  return { ...seen };
}
