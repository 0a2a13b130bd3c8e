import { STAGE } from "@sluice/core";
import * as z from "zod";
import { APP } from "../name.ts";

/**
 * What a deployed stage is made of. The functions have it in their environment, and everybody else finds it as one
 * JSON document in the parameter `stageParameterName`.
 */
export const stageOutputsSchema = z.object({
  /** The name of the app in sst.config.ts; earlier versions had one only. */
  app: z.string().min(1).default(APP),
  stage: z.string().min(1),
  /** What the names of the stage's jobs begin with; see `namespaceOf`. Earlier versions had the stage's name there. */
  namespace: z.string().regex(STAGE).optional(),
  region: z.string().min(1),
  bucket: z.string().min(1),
  table: z.string().min(1),
  /** The key of the settings in the bucket. */
  settingsKey: z.string().min(1),
  /** The role that Bedrock takes for a job. */
  bedrockRoleArn: z.string().min(1),
  /** Encrypts Bedrock's output, where the bucket has a key of the user's. */
  kmsKeyArn: z.string().min(1).optional(),
  planQueueUrl: z.url(),
  collectQueueUrl: z.url(),
  wakeQueueUrl: z.url(),
  /** How long ended work stays in the table. */
  keepDays: z.coerce.number().int().min(90),
});

/** A stage's outputs as they are used. */
export type StageOutputs = z.output<typeof stageOutputsSchema>;

/** The variable of the functions' environment that holds a field of the outputs: `planQueueUrl` is `SLUICE_PLAN_QUEUE_URL`. */
export function environmentName(field: string): string {
  return `SLUICE_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The stage does not say what it is made of. */
export class StageOutputsInvalid extends Error {
  constructor(source: string, problems: string) {
    super(`${source} does not describe a stage of Sluice: ${problems}. Deploy the stage again with this version.`);
    this.name = "StageOutputsInvalid";
  }
}

/**
 * Checks a stage's outputs.
 *
 * @param source where they came from, for the error
 * @throws StageOutputsInvalid
 */
export function parseStageOutputs(value: unknown, source: string): StageOutputs {
  const parsed = stageOutputsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`);
  throw new StageOutputsInvalid(source, problems.join("; "));
}

/** A stage's outputs from a function's environment. Throws `StageOutputsInvalid`. */
export function stageOutputsOf(environment: Readonly<Record<string, string | undefined>>): StageOutputs {
  const fields = Object.keys(stageOutputsSchema.shape);
  const found = Object.fromEntries(fields.map((field) => [field, environment[environmentName(field)] || undefined]));
  return parseStageOutputs(found, "The function's environment");
}

/** The path of what Parameter Store holds of a stage. */
export function stagePath(app: string, stage: string): string {
  return `/${app}/${stage}`;
}

/** The name of the SSM parameter in which a stage's outputs are found. */
export function stageParameterName(app: string, stage: string): string {
  return `${stagePath(app, stage)}/outputs`;
}
