import { preparedPrefix } from "../bucket/keys.ts";
import { jobIdOf, jobNameOf } from "../ids.ts";
import { type Prepared, readPrepared, runOfPlanKey } from "../intake/prepared.ts";
import type { Submission } from "../submission/submission.ts";
import type { World } from "../world.ts";

/** How many pages of what was prepared are looked through: a submission's 2,000 jobs are three. */
const MOST_PAGES = 20;
/** How many of a plan's jobs Bedrock is asked for, to learn which of several plans it was given. */
const MOST_ASKED = 20;

/** What a run prepared, and its name. */
export interface PreparedRun {
  run: string;
  prepared: Prepared;
}

/**
 * What an earlier run prepared whose commit the table does not know: the run died before it, or an earlier state of the
 * table was brought back. Then Bedrock may have its jobs, and only the same input makes them the same work. Where
 * several runs got so far, it is the one whose input Bedrock was given.
 */
export async function preparedBefore(world: World, submission: Submission): Promise<PreparedRun | undefined> {
  const runs = await runsOf(world, submission.submissionId);
  const [first] = runs;
  if (first === undefined) return undefined;
  const run = runs.length === 1 ? first : ((await runOfBedrocks(world, submission)) ?? first);
  return { run, prepared: await readPrepared(world.objects, submission.submissionId, run) };
}

/** The runs that prepared everything: plan.json is the last that they write. */
async function runsOf({ objects }: World, submissionId: string): Promise<string[]> {
  const runs: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await objects.list(preparedPrefix(submissionId), cursor);
    runs.push(...items.flatMap(({ key }) => runOfPlanKey(submissionId, key) ?? []));
    if (next === undefined) break;
    cursor = next;
  }
  return runs;
}

async function runOfBedrocks({ batch, stage }: World, submission: Submission): Promise<string | undefined> {
  const { submissionId, lastModified } = submission;
  for (let slice = 0; slice < MOST_ASKED; slice++) {
    const { job } = await batch.findByName(jobNameOf(stage, jobIdOf(submissionId, lastModified, slice)));
    const prefix = preparedPrefix(submissionId);
    if (job?.inputKey?.startsWith(prefix)) return job.inputKey.slice(prefix.length).split("/")[0];
  }
  return undefined;
}
