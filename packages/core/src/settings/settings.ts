import * as z from "zod";
import { modelName } from "../model/model-name.ts";
import { baseModel, faultOfModelId } from "./model-id.ts";
import { quotaCodeOf } from "./quota-codes.ts";

/** AWS's quota pages, read 2026: "Maximum number of records per batch inference job". */
export const DEFAULT_MAX_RECORDS = 50_000;
/** AWS's quota pages, read 2026: "Minimum number of records per batch inference job". */
export const DEFAULT_MIN_RECORDS = 100;
/** AWS's quota pages, read 2026: "Maximum size of a batch inference input file". */
export const DEFAULT_MAX_BYTES = 1_000_000_000;

/** AWS's quota pages, read 2026: "Batch inference job size". */
export const DEFAULT_MAX_JOB_BYTES = 5_000_000_000;

/** A foundation-model id or ARN, a custom-model ARN, or an inference-profile id or ARN. */
const modelId = z
  .string()
  .min(1)
  .max(2048)
  .superRefine((id, ctx) => {
    const fault = faultOfModelId(id);
    if (fault !== undefined) ctx.addIssue(fault);
  });

/** The most jobs at once of a lane: its item in the table names each of them. */
export const MOST_JOBS_AT_ONCE = 1_000;

const quotaLimit = z.strictObject({
  quota: z
    .string()
    .regex(/^L-[A-Za-z0-9]{1,64}$/, "the code of a quota, which begins with L-; the Service Quotas console shows it"),
});

const limit = z.union([z.int().min(0).max(MOST_JOBS_AT_ONCE), z.literal("quota"), quotaLimit], {
  error: `is neither a whole number from 0 to ${MOST_JOBS_AT_ONCE} nor "quota" nor { "quota": "L-…" } with the code of a quota`,
});

const writtenLane = z.strictObject({
  /** The models that share this lane's quota. */
  models: z.array(modelId).min(1),
  /** The most jobs at once, or the quota that says it; 0 pauses the lane. */
  limit,
  /** Records in a job. */
  maxRecords: z.int().min(1).max(1_000_000).default(DEFAULT_MAX_RECORDS),
  /** Records a job must have. */
  minRecords: z.int().min(1).max(1_000_000).default(DEFAULT_MIN_RECORDS),
  /** Bytes of a job's input file. */
  maxBytes: z.int().min(1_000).max(5_000_000_000).default(DEFAULT_MAX_BYTES),
  /** Bytes of all of a job's input files (5 GB); there is more than one where minRecords does not fit into one. */
  maxJobBytes: z.int().min(1_000).max(100_000_000_000).optional(),
});

/** The most jobs of one drop, whatever its route says: an item of DynamoDB ends at 400 KB, and so many ids are 60 KB. */
export const MOST_JOBS_OF_A_DROP = 2_000;
/** The most jobs of one drop, where its route says nothing: a file of that many is hardly dropped by mistake. */
export const DEFAULT_MAX_JOBS = 200;

const allowSchema = z.strictObject({
  /** Models that a drop's metadata may choose; left out, any on the default route and none on the others. */
  models: z.union([z.literal("any"), z.array(modelId)], 'is neither "any" nor a list of models').optional(),
  /** The highest priority that a drop's metadata may choose. */
  priority: z.int().min(0).max(9).default(9),
});

/** A lane as it is run: "quota" has become the code of its models' quota. */
const laneSchema = writtenLane
  .transform((lane, ctx) => {
    if (lane.limit !== "quota") return { ...lane, limit: lane.limit };
    const codes = new Set(lane.models.map(quotaCodeOf));
    const [quota] = codes;
    if (quota !== undefined && codes.size === 1) return { ...lane, limit: { quota } };
    const unknown = lane.models.filter((model) => quotaCodeOf(model) === undefined);
    const message =
      unknown.length > 0
        ? `the quota of ${unknown.join(", ")} is not known here; give its code, { "quota": "L-…" }, which the Service Quotas console shows, or a number`
        : `the models have different quotas (${[...codes].join(", ")}); give each a lane of its own`;
    ctx.addIssue({ code: "custom", path: ["limit"], message });
    return z.NEVER;
  })
  .refine(({ minRecords, maxRecords }) => minRecords <= maxRecords, {
    path: ["minRecords"],
    error: "is more than maxRecords",
  });

const routeSchema = z.strictObject({
  model: modelId,
  /** Each step is worth six hours of waiting. */
  priority: z.int().min(0).max(9).default(0),
  invocation: z.enum(["InvokeModel", "Converse"]).default("InvokeModel"),
  /** How long Bedrock may take with a job. */
  timeoutHours: z.int().min(24).max(168).optional(),
  /** The most jobs that one drop may make. */
  maxJobs: z.int().min(1).max(MOST_JOBS_OF_A_DROP).default(DEFAULT_MAX_JOBS),
  /**
   * What becomes of a drop with fewer records than `minRecords`: refused, or its job filled up with the model's cheapest
   * requests, which are paid for.
   */
  small: z.enum(["refuse", "pad"]).default("refuse"),
  /** What a drop's own metadata may choose instead. */
  allow: allowSchema.prefault({}),
});

/** Of a name that does not fit, zod says only that it does not; this says what fits. */
const elseName = (fault: string) => ({
  error: ({ code }: { code?: string }) => (code === "invalid_key" ? fault : undefined),
});

const laneName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/);
const routeName = z.string().regex(/^[^/._][^/]*$/);

/** What a stage runs: its lanes, its routes by folder, and the route of everything else. */
export const settingsSchema = z
  .strictObject({
    lanes: z
      .record(
        laneName,
        laneSchema,
        elseName("is no name of a lane; those are up to 63 letters, digits and -, the first of them no -"),
      )
      .refine((lanes) => Object.keys(lanes).length > 0, "name at least one lane")
      .refine((lanes) => Object.keys(lanes).length <= 200, "at most 200 lanes"),
    routes: z
      .record(
        routeName,
        routeSchema,
        elseName(
          "is no name of a route; those are the name of one folder under to-process/, without / and with no . or _ before it",
        ),
      )
      .default({}),
    /** The route of files whose first folder names no route. */
    default: routeSchema,
  })
  .superRefine((settings, ctx) => {
    const laneByModel = new Map<string, string>();
    const known = new Set<string>();
    for (const [lane, { models }] of Object.entries(settings.lanes))
      for (const [index, model] of models.entries()) {
        const other = laneByModel.get(baseModel(model));
        if (known.has(model) || (other !== undefined && other !== lane))
          ctx.addIssue({
            code: "custom",
            path: ["lanes", lane, "models", index],
            message: `${model} is in lane ${other} already, whatever its ARN or profile; a model has one quota, so it belongs to one lane`,
          });
        laneByModel.set(baseModel(model), lane);
        known.add(model);
      }
    const routes = Object.entries(settings.routes).map(([folder, { model }]) => ({ path: ["routes", folder], model }));
    for (const { path, model } of [...routes, { path: ["default"], model: settings.default.model }])
      if (!known.has(model))
        ctx.addIssue({
          code: "custom",
          path: [...path, "model"],
          message: `${model} is in no lane; add it to the models of one`,
        });
  });

export type Settings = z.output<typeof settingsSchema>;
export type LaneSettings = Settings["lanes"][string];
export type Route = z.output<typeof routeSchema>;

/** The settings are not usable; the message names every field and what is wrong with it. */
export class SettingsInvalid extends Error {
  constructor(source: string, issues: readonly { path: readonly PropertyKey[]; message: string }[]) {
    const rows = issues.map(({ path, message }) => `  ${path.map(String).join(".") || "(top)"}: ${message}`);
    super(`The settings in ${source} are not usable:\n${rows.join("\n")}`);
    this.name = "SettingsInvalid";
  }
}

/** Checks settings; `source` is where they came from, for the error. Throws `SettingsInvalid`. */
export function parseSettings(value: unknown, source: string): Settings {
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) throw new SettingsInvalid(source, parsed.error.issues);
  return parsed.data;
}

/** A lane's limit where the settings say a number; undefined where a quota says it, and for a lane that they do not name. */
export function fixedLimit(settings: Settings, lane: string): number | undefined {
  const limit = settings.lanes[lane]?.limit;
  return typeof limit === "number" ? limit : undefined;
}

/** The lane whose quota a model counts against; undefined if no lane has it. */
export function laneOfModel(settings: Settings, modelId: string): string | undefined {
  const name = modelName(modelId);
  for (const [lane, { models }] of Object.entries(settings.lanes))
    if (models.some((model) => modelName(model) === name)) return lane;
  return undefined;
}

/** The route of this folder, or the default one: also where the settings have it no more. */
export function routeNamed(settings: Settings, folder: string | undefined): Route {
  const named = folder !== undefined && Object.hasOwn(settings.routes, folder) ? settings.routes[folder] : undefined;
  return named ?? settings.default;
}
