import { arnOf, hasEnded, isEnded, isForward, type Job, type ObjectStore, type Store } from "@sluice/core";
import type { SimBedrock } from "../bedrock/sim-bedrock.ts";
import type { SimJob } from "../bedrock/sim-job.ts";
import type { LaneScript } from "../script/script.ts";
import { Violation } from "./violation.ts";

/** Design, "The refill, exactly": any other error is only then the job's own. */
const ODD_ANSWERS_TO_GIVE_UP = 8;

/** What a transition of a job is written with; after each of them its row is looked at. */
const JOB_WRITES: ReadonlySet<string | symbol> = new Set([
  "put",
  "takeClaim",
  "yieldClaim",
  "bringForward",
  "recordOutcome",
  "markDone",
]);

/** What only the simulation knows of Bedrock. */
export interface Truth {
  bedrock: SimBedrock;
  jobNameOf(jobId: string): string;
}

/**
 * The same store, in which no job may go back (invariant 5) or be given up for a passing reason.
 *
 * @param last how each job was seen last; to be cleared where the table becomes what it was
 */
export function watchedStore(store: Store, truth: Truth, last: Map<string, Job>): Store {
  const jobs = new Proxy(store.jobs, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || !JOB_WRITES.has(name)) return member;
      return async (...args: unknown[]) => {
        const answer: unknown = await member.apply(target, args);
        const [first] = args;
        const jobId = typeof first === "string" ? first : (first as Job).jobId;
        const job = await store.jobs.get(jobId);
        const before = last.get(jobId);
        if (job !== undefined) last.set(jobId, job);
        if (before !== undefined) expectForward(before, job);
        if (job !== undefined && name === "bringForward" && answer !== undefined) expectTrue(job, truth);
        return answer;
      };
    },
  });
  return { ...store, jobs };
}

/** What a job was brought to must be so in Bedrock. */
function expectTrue(job: Job, { bedrock, jobNameOf }: Truth): void {
  const jobName = jobNameOf(job.jobId);
  const arn = arnOf(job);
  const same = bedrock.jobs.find(({ inputKey }) => inputKey === job.inputKey);
  if (arn !== undefined && arn !== same?.arn)
    throw new Violation("4: paid once", `Job ${job.jobId} has the ARN of another job, ${arn}.`);
  if (!hasEnded(job.status)) return;
  if (same !== undefined && !hasEnded(same.status))
    throw new Violation("4: paid once", `Job ${job.jobId} is given up as ${job.status}, and Bedrock still runs it.`);
  if (arn !== undefined) return;
  if (same !== undefined)
    throw new Violation(
      "4: paid once",
      `Job ${job.jobId} is given up as ${job.status}, and Bedrock runs it as ${same.arn}.`,
    );
  const isTaken = bedrock.jobs.some((other) => other.jobName === jobName);
  const isOdd = (bedrock.oddAnswers.get(jobName) ?? 0) >= ODD_ANSWERS_TO_GIVE_UP;
  if (!isTaken && !isOdd && !bedrock.refused.has(jobName))
    throw new Violation("3: every record once", `Job ${job.jobId} is given up, and Bedrock never refused it.`);
}

function expectForward(before: Job, after: Job | undefined): void {
  const say = (what: string) => new Violation("5: forward only", `Job ${before.jobId} ${what}.`);
  if (after === undefined) throw say("is gone");
  if (after.status !== before.status && !isForward(before.status, after.status))
    throw say(`went from ${before.status} back to ${after.status}`);
  if (arnOf(before) !== undefined && arnOf(after) !== arnOf(before)) throw say("changed its ARN");
  if (isDone(before) && !isDone(after)) throw say("is no longer done with");
}

function isDone(job: Job): boolean {
  return isEnded(job) && job.done;
}

/** The same bucket, in which nothing that a user dropped may be deleted or written over (invariant 6). */
export function watchedObjects(objects: ObjectStore, dropsPrefix: string): ObjectStore {
  const refuse = (key: string, what: string) => {
    if (key.startsWith(dropsPrefix))
      throw new Violation("6: nothing deleted", `${key}, which a user dropped, was ${what}.`);
  };
  return {
    bucket: objects.bucket,
    head: (key) => objects.head(key),
    read: (piece) => objects.read(piece),
    list: (prefix, cursor) => objects.list(prefix, cursor),
    writer: (key, contentType) => {
      refuse(key, "written over");
      return objects.writer(key, contentType);
    },
    compose: async (key, pieces, contentType) => {
      refuse(key, "written over");
      return objects.compose(key, pieces, contentType);
    },
    delete: async (keys) => {
      for (const key of keys) refuse(key, "deleted");
      return objects.delete(keys);
    },
  };
}

/**
 * What must hold whenever Bedrock has made a job: the lane's limit (invariant 1), and one for each of ours (4).
 *
 * @param since the jobs that were made before it may be more than the table remembers
 */
export function checkMade(
  made: SimJob,
  jobs: readonly SimJob[],
  lane: LaneScript,
  job: Job | undefined,
  name: string,
  since: number,
): void {
  const running = jobs.filter(
    (other) => other.modelId === lane.modelId && !hasEnded(other.status) && other.submittedAt >= since,
  );
  if (running.length > lane.limit)
    throw new Violation(
      "1: the limit",
      `${running.length} jobs of ${lane.name} run in Bedrock, and its limit is ${lane.limit}.`,
    );
  const same = jobs.filter((other) => other.inputKey === made.inputKey);
  if (same.length > 1) throw new Violation("4: paid once", `Bedrock runs ${name} ${same.length} times.`);
  if (job === undefined) throw new Violation("4: paid once", `Bedrock runs ${name}, which is in no table.`);
  if (hasEnded(job.status))
    throw new Violation(
      "4: paid once",
      `Bedrock begins ${name}, which is ${job.status} here already: nobody will use it.`,
    );
}
