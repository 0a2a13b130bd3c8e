import { jobNamePrefix } from "../ids.ts";
import { hasEnded } from "../job/status.ts";
import type { World } from "../world.ts";

/** A job has 168 hours at most, and some time to end: what was submitted before that has ended. */
const MOST_JOB_AGE_MS = 8 * 24 * 60 * 60_000;
/** Naming more would read no better. */
const MOST_NAMED = 5;

/** Removing the stage now would leave paid jobs behind. */
export class WorkIsOpen extends Error {
  override name = "WorkIsOpen";
}

/**
 * Refuses the removal of a stage while a job of it runs in Bedrock, or may still be submitted: jobs run on without the
 * stage, are paid for, and nobody gives their records a result. Work of a paused lane is not submitted and is let go.
 *
 * @throws WorkIsOpen, which says what is open and how to end it
 */
export async function checkRemovable(world: World): Promise<void> {
  const problems = [...runningWords(await runningJobs(world)), ...waitingWords(await waitingLanes(world))];
  if (problems.length > 0) throw new WorkIsOpen(`The stage is not removed. ${problems.join(" ")}`);
}

/** The names of this stage's jobs that have not ended, by Bedrock's own list. */
async function runningJobs({ batch, stage, clock }: World): Promise<string[]> {
  const running: string[] = [];
  const prefix = jobNamePrefix(stage);
  let cursor: string | undefined;
  do {
    const page = await batch.list(prefix, clock.now() - MOST_JOB_AGE_MS, cursor);
    for (const { jobName, status } of page.items)
      if (jobName.startsWith(prefix) && !hasEnded(status)) running.push(jobName);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return running;
}

/** The lanes whose waiting jobs a freed slot would still submit. */
async function waitingLanes({ store, settings }: World): Promise<string[]> {
  const waiting: string[] = [];
  for (const { lane } of await store.lanes.all()) {
    const isPaused = settings.lanes[lane]?.limit === 0;
    if (!isPaused && (await store.queue.count(lane, 1)) > 0) waiting.push(lane);
  }
  return waiting;
}

function runningWords(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return [
    `Batch jobs run in Bedrock (${names.length}) and would run on, be paid for, and give nobody a result: ${names.slice(0, MOST_NAMED).join(", ")}${more}. Wait until they have ended, or stop them (docs/deploy.md has the command), and remove the stage again.`,
  ];
}

function waitingWords(lanes: readonly string[]): string[] {
  if (lanes.length === 0) return [];
  return [
    `Jobs wait in ${lanes.join(", ")} and may be submitted at any time. Wait until they are done, or give up on them: set the limit of their lanes to 0 in stacks/settings.ts, deploy, and remove the stage again.`,
  ];
}
