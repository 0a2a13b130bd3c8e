import { hashOf } from "@sluice/core";
import * as z from "zod";
import { stageParameterName } from "./outputs.ts";

/** Together with `-` and the hash they are as long as a stage's name may be: a job's name must stay within 63. */
const STAGE_CHARS = 19;
const HASH_CHARS = 8;

/** Where a stage's work is. */
export interface StagePlace {
  app: string;
  stage: string;
  account: string;
  region: string;
  table: string;
}

/** What is read of the parameter that the last deploy wrote. */
const recorded = z.object({ table: z.string(), namespace: z.string().optional() });

/** The stage's name is taken by a stage with another table. */
export class StageTaken extends Error {
  constructor({ app, stage, account, region, table }: StagePlace, found: string) {
    super(
      `The stage ${stage} of the app ${app} in account ${account}, ${region}, is not this one: the parameter ${stageParameterName(app, stage)} tells of ${found}, and this stage's table is ${table}. Deploy with another --stage or another app's name (APP in packages/stage/src/name.ts). If nothing else uses that parameter, delete it and deploy again.`,
    );
    this.name = "StageTaken";
  }
}

/**
 * What the names of a stage's jobs have in common, and those of no other stage of the account: Bedrock's job names are
 * one space for everybody in an account and Region. Jobs are found by their names, so a stage keeps the namespace that
 * it began with; one that an earlier version deployed wrote none down, and its jobs bear the stage's own name.
 *
 * @param written what the parameter of this name holds now; undefined if there is none
 * @throws StageTaken if it tells of another table
 */
export function namespaceOf(place: StagePlace, written: string | undefined): string {
  const { stage, account, region, table } = place;
  if (written === undefined)
    return `${stage.slice(0, STAGE_CHARS)}-${hashOf(account, region, table).slice(0, HASH_CHARS)}`;
  const found = recorded.safeParse(jsonOf(written));
  if (!found.success) throw new StageTaken(place, "no stage of Sluice");
  if (found.data.table !== table) throw new StageTaken(place, `the table ${found.data.table}`);
  return found.data.namespace ?? stage;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
