import { SettingsInvalid, settingsSchema } from "@sluice/core";
import * as z from "zod";
import { faultInRegion } from "./batch-models.ts";

/** Lambda's maximum: no function can take longer. */
const MEMORY_MB = { least: 512, most: 10_240 };
/** The Lambda guide, "Configuring maximum concurrency for Amazon SQS event sources": from 2 to 1,000. */
const CONCURRENCY = { least: 2, most: 1_000 };
/** What CloudWatch Logs takes as a retention, as far as it is of use here, in days. */
const LOG_RETENTION_DAYS = {
  "1 week": 7,
  "2 weeks": 14,
  "1 month": 30,
  "3 months": 90,
  "6 months": 180,
  "1 year": 365,
} as const;
/**
 * A new account may have ten invocations at once in a Region. Two workers of this many and two wakes leave two for
 * advance and the schedules, so that no slot waits for a file to be read.
 */
const DEFAULT_CONCURRENCY = 3;

const workerSchema = z.strictObject({
  memoryMb: z.int().min(MEMORY_MB.least).max(MEMORY_MB.most).default(2_048).describe("its share of CPU grows with it"),
  concurrency: z
    .int()
    .min(CONCURRENCY.least)
    .max(CONCURRENCY.most)
    .default(DEFAULT_CONCURRENCY)
    .describe("the most messages at once"),
});

/** What a user decides about a deployed stage: the queue's own settings, and how it runs in the account. */
export const stageSettingsSchema = z.strictObject({
  queue: settingsSchema.describe("lanes, routes and the default route: the same document as a local sluice.json"),
  notifications: z
    .strictObject({ email: z.email().optional().describe("gets the alarms, once it has confirmed AWS's first mail") })
    .default({}),
  retention: z
    .strictObject({
      logs: z
        .enum(Object.keys(LOG_RETENTION_DAYS) as (keyof typeof LOG_RETENTION_DAYS)[])
        .default("1 month")
        .transform((time) => LOG_RETENTION_DAYS[time]),
      tableDays: z.int().min(90).max(3_650).default(365).describe("how long ended work stays in the table"),
    })
    .prefault({}),
  alarms: z
    .strictObject({
      scheduledHours: z.int().min(1).max(168).default(12).describe("a job that waits longer in Scheduled is reported"),
    })
    .prefault({}),
  plan: workerSchema.prefault({}),
  collect: workerSchema.prefault({}),
  sweepMinutes: z.int().min(5).max(1_440).default(30).describe("how often the repairing pass runs"),
  bedrockRoleArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "the ARN of an IAM role")
    .optional()
    .describe("a service role of your own for Bedrock; left out, the stage makes one"),
  kmsKeyArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/, "the ARN of a KMS key (not of an alias)")
    .optional()
    .describe("encrypts the bucket; left out, S3's own keys do"),
});

export type StageSettings = z.output<typeof stageSettingsSchema>;

/**
 * Checks a stage's settings before anything is deployed.
 *
 * @param source where they came from, for the error
 * @param region where the stage is deployed to
 * @throws SettingsInvalid, which names every wrong field
 */
export function checkStageSettings(
  settings: z.input<typeof stageSettingsSchema>,
  source: string,
  region: string,
): StageSettings {
  const parsed = stageSettingsSchema.safeParse(settings);
  if (!parsed.success) throw new SettingsInvalid(source, parsed.error.issues);
  const faults = Object.entries(parsed.data.queue.lanes).flatMap(([lane, { models }]) =>
    models.flatMap((model, index) => {
      const message = faultInRegion(model, region);
      return message === undefined ? [] : [{ path: ["queue", "lanes", lane, "models", index], message }];
    }),
  );
  if (faults.length > 0) throw new SettingsInvalid(source, faults);
  return parsed.data;
}
